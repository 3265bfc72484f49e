using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Npgsql;
using Pylon.Insights.V1;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Events;

public sealed class EventServiceTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Nine = new(2026, 3, 4, 9, 0, 0, TimeSpan.Zero);

    private InsightsStack _stack = null!;
    private EventService.EventServiceClient _client = null!;

    public async Task InitializeAsync()
    {
        _stack = await InsightsStack.StartAsync(null, "--Recording:PollInterval=00:00:00.2");
        _client = new EventService.EventServiceClient(_stack.Channel);
    }

    public async Task DisposeAsync() => await _stack.DisposeAsync();

    [Fact]
    public async Task A_bad_event_goes_to_quarantine_with_its_reasons_and_the_others_are_recorded()
    {
        var bad = Logistics("bad");
        (bad.DistanceKm, bad.SupplierId) = (0, "");

        var answer = await _client.RecordEventsAsync(new RecordEventsRequest { Events = { Logistics("a"), bad, Logistics("b") } });

        Assert.Equal(["accepted", "quarantined", "accepted"], answer.Results.Select(r => r.Result));
        Assert.Equal((2, 0, 1), (answer.Accepted, answer.Duplicates, answer.Quarantined));
        Assert.Equal("EVENT_INVALID", answer.Results[1].Reason);
        Assert.Equal(
            ["supplier_id or route_id must say what the emissions are counted for", "distance_km must be more than 0, at most 1,000,000"], answer.Results[1].Details);
        var quarantined = Assert.Single((await _client.ListQuarantineAsync(new ListQuarantineRequest())).Events);
        Assert.Equal(("rpc", "bad", "EVENT_INVALID", 1), (quarantined.Source, quarantined.EventId, quarantined.Reason, quarantined.TimesSeen));
        Assert.Equal(answer.Results[1].Details, quarantined.Details);
        Assert.Contains("\"event_id\": \"bad\"", quarantined.Body, StringComparison.Ordinal);
        Assert.Equal(2, await CountAsync("events_normalized"));
    }

    [Fact]
    public async Task Lengths_count_characters_as_the_schema_does()
    {
        var named = Logistics(string.Concat(Enumerable.Repeat("😀", 200)));
        (named.SupplierId, named.VehicleType) = (string.Concat(Enumerable.Repeat("🚚", 200)), "truck_diesel");

        Assert.Equal(1, (await _client.RecordEventsAsync(new RecordEventsRequest { Events = { named } })).Accepted);
    }

    [Fact]
    public async Task The_same_bad_event_again_is_counted_and_not_added()
    {
        var bad = Logistics("bad");
        bad.LoadKg = -1;
        for (var n = 0; n < 3; n++)
            await _client.RecordEventsAsync(new RecordEventsRequest { Events = { bad } });

        Assert.Equal(3, Assert.Single((await _client.ListQuarantineAsync(new ListQuarantineRequest { Source = "rpc" })).Events).TimesSeen);
        Assert.Empty((await _client.ListQuarantineAsync(new ListQuarantineRequest { Source = "sql" })).Events);
    }

    [Fact]
    public async Task A_repeated_event_is_a_duplicate_and_one_with_another_content_is_refused()
    {
        await _client.RecordEventsAsync(new RecordEventsRequest { Events = { Logistics("a") } });
        var before = await RollupsAsync();
        var other = Logistics("a");
        other.LoadKg = 451;

        var answer = await _client.RecordEventsAsync(new RecordEventsRequest { Events = { Logistics("a"), other, Logistics("b"), Logistics("b"), Logistics("c") } });

        Assert.Equal(["duplicate", "quarantined", "accepted", "duplicate", "accepted"], answer.Results.Select(r => r.Result));
        Assert.Equal("EVENT_ID_REUSED", answer.Results[1].Reason);
        Assert.Equal(before.Events + 2, (await RollupsAsync()).Events);
        Assert.Equal(3, await CountAsync("events_normalized"));
    }

    [Fact]
    public async Task Within_one_call_what_counts_of_an_id_is_what_was_recorded_before()
    {
        await _client.RecordEventsAsync(new RecordEventsRequest { Events = { Logistics("a") } });
        var other = Logistics("a");
        other.LoadKg = 451;

        var answer = await _client.RecordEventsAsync(new RecordEventsRequest { Events = { other, Logistics("a"), other } });

        Assert.Equal(["quarantined", "duplicate", "quarantined"], answer.Results.Select(r => r.Result));
    }

    [Fact]
    public async Task What_the_sender_reports_counts_beside_what_the_model_says()
    {
        var told = Logistics("a");
        told.Co2Kg = 7;

        await _client.RecordEventsAsync(new RecordEventsRequest { Events = { told } });

        var listed = Assert.Single((await _client.ListEventsAsync(new ListEventsRequest())).Events);
        Assert.Equal((7, 7), (listed.Co2Kg, listed.ReportedCo2Kg));
        Assert.Equal(0.45 * 120 * 0.10163, listed.PredictedCo2Kg, 9);
        Assert.Equal(("desnz-2025", "tonne.km", "SUP-001", "supplier"), (listed.FactorSet, listed.ActivityUnit, listed.Entity, listed.EntityType));
        Assert.Equal(54, listed.Activity, 9);
    }

    [Fact]
    public async Task Two_reports_of_the_emissions_must_be_one()
    {
        var told = Logistics("a");
        (told.Co2Kg, told.ReportedCo2Kg) = (7, 8);

        var answer = await _client.RecordEventsAsync(new RecordEventsRequest { Events = { told } });

        Assert.Equal(["co2_kg must be the same as reported_co2_kg when both are given"], Assert.Single(answer.Results).Details);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public async Task A_call_has_1_to_1000_events(int count)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await _client.RecordEventsAsync(new RecordEventsRequest { Events = { Enumerable.Range(0, count).Select(n => Logistics($"e{n}")) } }));

        Assert.Equal((StatusCode.InvalidArgument, "events must be from 1 to 1000"), (refused.StatusCode, refused.Status.Detail));
    }

    [Fact]
    public async Task A_stream_is_recorded_in_batches_and_answers_with_counts()
    {
        using var call = _client.StreamEvents();
        for (var n = 0; n < 25; n++)
        {
            var message = new StreamEventsRequest { Events = { Enumerable.Range(n * 100, 100).Select(i => Logistics($"e{i}")) } };
            message.Events[50].LoadKg = -1;
            await call.RequestStream.WriteAsync(message);
        }

        await call.RequestStream.WriteAsync(new StreamEventsRequest { Events = { Logistics("e0") } });
        await call.RequestStream.CompleteAsync();
        var answer = await call;

        Assert.Equal((2501, 2475, 1, 25), (answer.Received, answer.Accepted, answer.Duplicates, answer.Quarantined));
        Assert.Equal(Enumerable.Range(0, 25).Select(n => (n * 100L) + 50), answer.Rejected.Select(r => r.Index));
        Assert.Equal("e50", answer.Rejected[0].Result.EventId);
        Assert.Equal(2475, (await RollupsAsync()).Events);
    }

    [Fact]
    public async Task A_stream_that_breaks_off_is_sent_again_and_counts_once()
    {
        using (var broken = _client.StreamEvents())
        {
            for (var n = 0; n < 30; n++)
                await broken.RequestStream.WriteAsync(new StreamEventsRequest { Events = { Enumerable.Range(n * 50, 50).Select(i => Logistics($"e{i}")) } });
            await Eventually.True(async () => await CountAsync("events_normalized") == 1000);
        }

        using var again = _client.StreamEvents();
        for (var n = 0; n < 30; n++)
            await again.RequestStream.WriteAsync(new StreamEventsRequest { Events = { Enumerable.Range(n * 50, 50).Select(i => Logistics($"e{i}")) } });
        await again.RequestStream.CompleteAsync();
        var answer = await again;

        Assert.Equal((1500, 1500, 0), (answer.Received, answer.Accepted + answer.Duplicates, answer.Quarantined));
        Assert.True(answer.Duplicates >= 1000);
        Assert.Equal((1500, 1500), ((int)(await RollupsAsync()).Events, await CountAsync("events_normalized")));
    }

    [Fact]
    public async Task Two_writers_of_the_same_ids_record_each_once_and_do_not_wait_for_one_another_for_ever()
    {
        var events = Enumerable.Range(0, 400).Select(n => Logistics($"e{n}", Nine.AddMinutes(n * 7), $"SUP-{n % 17}")).ToList();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async writer =>
        {
            var mine = writer % 2 == 0 ? events : events.AsEnumerable().Reverse();
            return await _client.RecordEventsAsync(new RecordEventsRequest { Events = { mine } });
        }));

        Assert.Equal((400, 2000, 0), (answers.Sum(a => a.Accepted), answers.Sum(a => a.Duplicates), answers.Sum(a => a.Quarantined)));
        Assert.Equal(400, (await RollupsAsync()).Events);
        Assert.Equal(400, await CountAsync("events_normalized"));
    }

    [Fact]
    public async Task An_event_that_lasts_is_spread_over_its_hours()
    {
        var energy = new EmissionEvent
        {
            EventId = "f",
            EventType = "factory",
            SupplierId = "F-1",
            Timestamp = Nine.AddMinutes(30).ToTimestamp(),
            EndedAt = Nine.AddHours(3).ToTimestamp(),
            EnergyKwh = 250,
            ShiftHours = 8,
        };

        await _client.RecordEventsAsync(new RecordEventsRequest { Events = { energy } });

        Assert.Equal([(9, 50.0, 1), (10, 100.0, 1), (11, 100.0, 1)], await HoursAsync());
    }

    [Fact]
    public async Task A_late_event_opens_its_hour_again_for_the_scan()
    {
        await _client.RecordEventsAsync(new RecordEventsRequest { Events = { Logistics("a") } });
        var before = await _stack.Database.Database.ScalarAsync<long>("SELECT max(changed_by::text::bigint) FROM insights.hourly_rollups");

        await _client.RecordEventsAsync(new RecordEventsRequest { Events = { Logistics("late", Nine.AddMinutes(59)) } });

        Assert.Equal(1, await CountAsync("hourly_rollups"));
        Assert.True(await _stack.Database.Database.ScalarAsync<long>("SELECT changed_by::text::bigint FROM insights.hourly_rollups") > before);
        Assert.Equal(2, (await RollupsAsync()).Events);
    }

    [Fact]
    public async Task A_duplicate_changes_no_hour()
    {
        await _client.RecordEventsAsync(new RecordEventsRequest { Events = { Logistics("a") } });
        var before = await _stack.Database.Database.ScalarAsync<string>("SELECT hourly_rollups::text FROM insights.hourly_rollups");

        await _client.RecordEventsAsync(new RecordEventsRequest { Events = { Logistics("a") } });

        Assert.Equal(before, await _stack.Database.Database.ScalarAsync<string>("SELECT hourly_rollups::text FROM insights.hourly_rollups"));
    }

    [Fact]
    public async Task Rows_inserted_by_SQL_are_taken_up_and_a_bad_one_stops_no_other()
    {
        await _stack.Database.Database.ExecuteAsync(
            """
            INSERT INTO insights.events_normalized (event_id, event_type, supplier_id, "timestamp", distance_km, load_kg, vehicle_type, co2_kg)
            VALUES ('bad', 'logistics', NULL, '2026-03-04 09:10Z', 120, 450, 'truck', NULL), ('worse', 'logistics', 'SUP-001', '2026-03-04 09:10Z', NULL, 450, 'truck', NULL),
                ('good', 'logistics', 'SUP-001', '2026-03-04 09:10Z', 120, 450, 'truck', NULL), ('told', 'logistics', 'SUP-001', '2026-03-04 09:10Z', 120, 450, 'truck', 9)
            """);

        await Eventually.True(async () => await CountAsync("events_normalized WHERE entity_ref IS NOT NULL") == 2);

        var quarantined = (await _client.ListQuarantineAsync(new ListQuarantineRequest { Source = "sql" })).Events;
        Assert.Equal(["bad", "worse"], quarantined.Select(q => q.EventId).Order(StringComparer.Ordinal));
        Assert.Equal(2, await CountAsync("events_normalized"));
        var sums = await RollupsAsync();
        Assert.Equal(2, sums.Events);
        Assert.Equal((0.45 * 120 * 0.10163) + 9, sums.Kg, 9);
        // The same event by the API is the duplicate of the row.
        var again = Logistics("good", Nine.AddMinutes(10));
        (again.VehicleType, again.FuelType) = ("truck", "");
        Assert.Equal("duplicate", Assert.Single((await _client.RecordEventsAsync(new RecordEventsRequest { Events = { again } })).Results).Result);
    }

    [Fact]
    public async Task The_hourly_sums_are_those_of_the_events()
    {
        var random = new Random(11);
        var events = Enumerable.Range(0, 900).Select(n => Any($"e{n}", random)).ToList();
        foreach (var chunk in events.Concat(events.Where(_ => random.Next(3) == 0)).OrderBy(_ => random.Next()).Chunk(150))
            await _client.RecordEventsAsync(new RecordEventsRequest { Events = { chunk } });

        Assert.Equal(900, await CountAsync("events_normalized"));
        // Written anew, minute by minute: what an hour has of an event is the minutes of it that lie in the hour.
        var wrong = await _stack.Database.Database.ScalarAsync<long>(
            """
            WITH parts AS (
                SELECT e.*, m.minute, 1.0 / greatest(extract(epoch FROM ended_at - "timestamp")::int / 60, 1) AS share
                FROM insights.events_normalized e, generate_series(0, greatest(extract(epoch FROM ended_at - "timestamp")::int / 60, 1) - 1) AS m (minute)),
            plain AS (
                SELECT entity_ref, date_trunc('hour', "timestamp" + make_interval(mins => minute), 'UTC') AS hour, sum(activity * share) AS activity, sum(coalesce(output, 0) * share) AS output,
                    sum(co2_kg * share) AS co2_kg, coalesce(sum(reported_co2_kg * share), 0) AS reported, count(DISTINCT seq) AS events,
                    count(DISTINCT seq) FILTER (WHERE source IN ('estimated', 'synthetic')) AS estimated, max(seq) AS last
                FROM parts GROUP BY 1, 2)
            SELECT count(*) FROM plain p FULL JOIN insights.hourly_rollups r USING (entity_ref, hour)
            WHERE (abs(p.activity - r.activity) <= 1e-9 * greatest(p.activity, 1) AND abs(p.co2_kg - r.co2_kg) <= 1e-9 * greatest(p.co2_kg, 1)
                AND abs(p.output - r.output) <= 1e-9 * greatest(p.output, 1) AND abs(p.reported - r.reported_kg) <= 1e-9 * greatest(p.reported, 1)
                AND p.events = r.events AND p.estimated = r.estimated_events AND p.last = r.max_event_seq) IS NOT TRUE
            """);
        Assert.Equal(0, wrong);
    }

    [Fact]
    public async Task Events_are_listed_by_pages_the_latest_first()
    {
        await _client.RecordEventsAsync(new RecordEventsRequest { Events = { Enumerable.Range(0, 25).Select(n => Logistics($"e{n}", Nine.AddMinutes(n / 2), n % 5 == 0 ? "other" : "SUP-001")) } });
        var (listed, token) = (new List<EmissionEvent>(), "");
        do
        {
            var page = await _client.ListEventsAsync(new ListEventsRequest { PageSize = 7, PageToken = token, Entity = "SUP-001" });
            listed.AddRange(page.Events);
            token = page.NextPageToken;
        }
        while (token.Length > 0);

        Assert.Equal(20, listed.Select(e => e.EventId).Distinct().Count());
        Assert.Equal(listed.OrderByDescending(e => e.Timestamp.Seconds).Select(e => e.Timestamp), listed.Select(e => e.Timestamp));
        Assert.Equal(2, (await _client.ListEventsAsync(new ListEventsRequest { From = Nine.ToTimestamp(), To = Nine.AddMinutes(1).ToTimestamp() })).Events.Count);
        Assert.Empty((await _client.ListEventsAsync(new ListEventsRequest { EventType = "factory" })).Events);
    }

    [Fact]
    public async Task A_region_that_an_event_tells_is_that_of_its_entity()
    {
        var (without, with) = (Logistics("a"), Logistics("b"));
        with.RegionId = 13;
        await _client.RecordEventsAsync(new RecordEventsRequest { Events = { without } });
        await _client.RecordEventsAsync(new RecordEventsRequest { Events = { with } });

        Assert.Equal((short)13, await _stack.Database.Database.ScalarAsync<short>("SELECT region_id FROM insights.entities"));
    }

    private static EmissionEvent Logistics(string id, DateTimeOffset? start = null, string supplier = "SUP-001") => new()
    {
        EventId = id,
        EventType = "logistics",
        SupplierId = supplier,
        Timestamp = (start ?? Nine).ToTimestamp(),
        DistanceKm = 120,
        LoadKg = 450,
        VehicleType = "truck_diesel",
        FuelType = "diesel",
    };

    private static EmissionEvent Any(string id, Random random)
    {
        var start = Nine.AddMinutes(random.Next(0, 600));
        var made = new EmissionEvent
        {
            EventId = id,
            SupplierId = $"E-{random.Next(4)}",
            Timestamp = start.ToTimestamp(),
            EndedAt = random.Next(3) == 0 ? null : start.AddMinutes(random.Next(0, 300)).ToTimestamp(),
            Source = random.Next(4) == 0 ? "estimated" : "measured",
        };
        if (random.Next(2) == 0)
            (made.EventType, made.DistanceKm, made.VehicleType, made.FuelType, made.DeliveryCount) = ("delivery", random.Next(1, 100), "van", "diesel", random.Next(1, 50));
        else
            (made.EventType, made.EnergyKwh, made.ShiftHours) = ("factory", random.Next(1, 1000), 8);
        if (random.Next(3) == 0)
            made.ReportedCo2Kg = random.Next(0, 50);
        return made;
    }

    private async Task<int> CountAsync(string table) => (int)await _stack.Database.Database.ScalarAsync<long>($"SELECT count(*) FROM insights.{table}");

    private async Task<(long Events, double Kg)> RollupsAsync()
    {
        await using var command = _stack.Database.DataSource.CreateCommand("SELECT coalesce(sum(events), 0), coalesce(sum(co2_kg), 0) FROM hourly_rollups");
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetDouble(1));
    }

    private async Task<List<(int Hour, double Activity, int Events)>> HoursAsync()
    {
        await using var command = _stack.Database.DataSource.CreateCommand("SELECT extract(hour FROM hour)::int, activity, events FROM hourly_rollups ORDER BY hour");
        await using var reader = await command.ExecuteReaderAsync();
        var hours = new List<(int, double, int)>();
        while (await reader.ReadAsync())
            hours.Add((reader.GetInt32(0), Math.Round(reader.GetDouble(1), 9), reader.GetInt32(2)));
        return hours;
    }
}
