using System.Diagnostics;
using Grpc.Net.Client;
using Npgsql;
using Pylon.Bench.Harness;
using Pylon.Insights.V1;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;
using Pylon.LocalStack.Services;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// A scan of the real Insights process over the roll-ups of new events, against one aggregate by hand over the same events.
/// The events, the roll-ups and the baselines are made with SQL, as the events' insert and the baselines' worker leave them; of
/// each hundredth entity two hours are abnormal.
/// </summary>
internal sealed class HotspotsScenario() : Scenario("hotspots", "a scan of 1,000,000 events of 10,000 entities against one SQL aggregate over them")
{
    private const int Entities = 10_000;

    // What a person would write to see which entity emits how much in which hour.
    private const string Aggregate =
        """
        SELECT count(*), sum(activity) FROM (
            SELECT entity_ref, date_trunc('hour', "timestamp", 'UTC') AS hour, sum(activity) AS activity, sum(co2_kg) AS co2_kg, count(*) AS events
            FROM insights.events_normalized WHERE entity_ref IS NOT NULL GROUP BY 1, 2) hours
        """;

    private const string Known =
        $$"""
        INSERT INTO insights.entities (entity_type, entity, kind, activity_unit, region_id)
        SELECT 'factory', 'PLANT-' || n, 'factory', 'kWh', 1 + n % 17 FROM generate_series(1, 10000) n;
        INSERT INTO insights.baseline_entities (entity_ref, time_zone, is_sparse, mean_activity, through, updated_at, expected, band)
        SELECT entity_ref, 'UTC', false, 100, date_trunc('hour', now(), 'UTC') - interval '120 hours', now(),
            array_fill(100::real, ARRAY[168]), array_fill(25::real, ARRAY[168]) FROM insights.entities;
        INSERT INTO insights.baselines (entity_ref, hour_of_week, baseline_value, sigma, band, factor, sample_size, confidence_score, calculation_method, updated_at)
        SELECT entity_ref, h, 100, 2.2239, 25, 0.2, 8, 0.9782, 'median of the hour of week', now() FROM insights.entities, generate_series(0, 167) h;
        VACUUM ANALYZE insights.baselines; VACUUM ANALYZE insights.baseline_entities; VACUUM ANALYZE insights.entities
        """;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private const string Waiting =
        """
        SELECT (SELECT count(*) FROM insights.hotspots h WHERE NOT EXISTS (SELECT FROM insights.recommendation_runs r WHERE r.hotspot_id = h.id))
            + (SELECT count(*) FROM insights.outbox WHERE published_at IS NULL)
        """;

    private const string Forget =
        """
        SET session_replication_role = replica;
        TRUNCATE insights.outbox, insights.audit_logs, insights.alerts, insights.hotspots CASCADE;
        SET session_replication_role = origin;
        UPDATE insights.rollup_marks SET changed_by = '0', target = NULL, after_entity = 0
        """;

    // Each event has an hour of its own, so there are as many hours as events: no case is harder.
    private static string Load(int events) =>
        $$"""
        TRUNCATE insights.events_normalized, insights.hourly_rollups;
        INSERT INTO insights.events_normalized (event_type, entity_ref, supplier_id, "timestamp", energy_kwh, shift_hours, source, co2_kg, predicted_co2_kg, uncertainty_kg, activity)
        SELECT 'factory', e.entity_ref, e.entity, date_trunc('hour', now(), 'UTC') - interval '101 hours' + g * interval '1 hour', v.kwh, 1, 'measured',
            0.2 * v.kwh, 0.2 * v.kwh, 0.02 * v.kwh, v.kwh
        FROM generate_series(1, {{events / Entities}}) g CROSS JOIN insights.entities e
        CROSS JOIN LATERAL (SELECT CASE WHEN e.entity_ref % 100 = 0 AND g IN (1, 2) THEN 150.0 ELSE 95.0 + (e.entity_ref * 7 + g * 3) % 11 END AS kwh) v;
        INSERT INTO insights.hourly_rollups (entity_ref, hour, activity, co2_kg, events, max_event_seq)
        SELECT entity_ref, date_trunc('hour', "timestamp", 'UTC'), sum(activity), sum(co2_kg), count(*), max(seq) FROM insights.events_normalized GROUP BY 1, 2;
        VACUUM ANALYZE insights.events_normalized; VACUUM ANALYZE insights.hourly_rollups
        """;

    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var postgres = await run.StartPostgresAsync(cancellationToken);
        await using var database = NpgsqlDataSource.Create(postgres.ConnectionString + ";Command Timeout=600");
        var redis = await run.StartRedisAsync(cancellationToken);
        var insights = await run.StartAsync(
            ServiceDefinition.Insights,
            [
                new("PYLON_POSTGRES", postgres.Uri), new("PYLON_REDIS", redis.Address), new("PYLON_INGESTION", "http://127.0.0.1:1"), new("PYLON_ORCHESTRATOR", "http://127.0.0.1:1"),
                new("Hotspots__Regions", "false"), new("Hotspots__CheckInterval", "1.00:00:00"), new("Baselines__RecalcInterval", "1.00:00:00"),
            ],
            cancellationToken);
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{insights.GrpcPort}");
        var client = new HotspotService.HotspotServiceClient(channel);
        await ExecuteAsync(database, Known, cancellationToken);
        var perEvent = new List<(int Events, double Seconds)>();
        foreach (var events in new[] { 100_000, 1_000_000 })
        {
            await ExecuteAsync(database, Load(events), cancellationToken);
            var comparison = await run.CompareAsync(
                $"{events:#,0} events of {Entities:#,0} entities, each in an hour of its own, {Entities / 100} hotspots",
                "events",
                [
                    new("one aggregate by hand over the events", token => AggregateAsync(database, events, token)) { IsPeer = true },
                    new("scan", token => ScanAsync(client, events, Entities / 100, token))
                    {
                        PrepareAsync = token => ForgetAsync(database, token),
                        // With few events most of the time goes to the hotspots that it writes.
                        Bar = events == 1_000_000 ? Bar.Rate(0.67) : null,
                    },
                    new("scan with nothing new", token => ScanAgainAsync(client, events, token)) { Bar = Bar.AtMost("ms", 50) },
                ],
                cancellationToken,
                defaultRounds: 3);
            perEvent.Add((events, comparison.Results[1].Medians.Seconds));
        }

        run.Note($"ten times the events take {perEvent[1].Seconds / perEvent[0].Seconds:0.0} times as long to scan");
    }

    // As before the first scan of these events. What follows from the hotspots of the round before is finished first.
    private static async Task ForgetAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        await using var waiting = database.CreateCommand(Waiting);
        while (await waiting.ExecuteScalarAsync(cancellationToken) is not 0L)
        {
            if (Stopwatch.GetElapsedTime(start) > LongestWait)
                throw new StackException($"recommendations or events are not finished after {LongestWait}");
            await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
        }

        await using var forget = database.CreateCommand(Forget);
        await forget.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<Work> AggregateAsync(NpgsqlDataSource database, int events, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Aggregate);
        return await command.ExecuteScalarAsync(cancellationToken) is long hours && hours == events
            ? events
            : throw new StackException("the aggregate has the wrong number of hours");
    }

    private static async Task<Work> ScanAsync(HotspotService.HotspotServiceClient client, int events, int expected, CancellationToken cancellationToken)
    {
        var answer = await client.ScanHotspotsAsync(new ScanHotspotsRequest(), cancellationToken: cancellationToken);
        return answer.HotspotsFound == expected ? events : throw new StackException($"the scan finds {answer.HotspotsFound} hotspots and not {expected}");
    }

    private static async Task<Work> ScanAgainAsync(HotspotService.HotspotServiceClient client, int events, CancellationToken cancellationToken)
    {
        await client.ScanHotspotsAsync(new ScanHotspotsRequest(), cancellationToken: cancellationToken);
        var start = Stopwatch.GetTimestamp();
        var answer = await client.ScanHotspotsAsync(new ScanHotspotsRequest(), cancellationToken: cancellationToken);
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return answer.HotspotsFound == 0 ? new Work(events) { More = new Dictionary<string, double> { ["ms"] = took } } : throw new StackException("the second scan finds something");
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        foreach (var statement in sql.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var command = database.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
