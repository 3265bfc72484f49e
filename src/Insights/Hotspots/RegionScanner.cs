using System.Collections.Concurrent;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Ingestion.V1;
using Pylon.Insights.Baselines;
using Pylon.Insights.Entities;
using Pylon.Insights.Episodes;
using Pylon.Postgres;

namespace Pylon.Insights.Hotspots;

/// <summary>
/// Holds the carbon intensity of each region against its own hours of the week, and, where it was measured, against the
/// forecast that was published before. Synthetic values are not judged.
/// </summary>
internal sealed class RegionScanner(
    SeriesService.SeriesServiceClient series, BaselineStore baselines, IOptions<HotspotOptions> options, TimeProvider time, ILogger<RegionScanner> logger)
{
    /// <summary>The regions 1 to 17 are judged; 18 is all of them together.</summary>
    public const int Regions = 17;

    private const double GramsOfKilogram = 1000;

    // Of the first time: what is older is history.
    private static readonly TimeSpan FirstJudged = TimeSpan.FromHours(48);
    private static readonly TimeSpan Read = TimeSpan.FromDays(7 * (EntityHistory.WeeksBack + 1));
    private static readonly TimeSpan FlapsWithin = TimeSpan.FromDays(7);

    private const string Ensure =
        """
        WITH made AS (
            INSERT INTO entities (entity_type, entity, kind, activity_unit, region_id, time_zone) VALUES ('region', $1, 'grid', 'kWh', $2, 'Europe/London')
            ON CONFLICT (operator_id, entity_type, entity, kind) DO NOTHING RETURNING entity_ref
        )
        SELECT entity_ref FROM made
        UNION ALL SELECT entity_ref FROM entities WHERE operator_id = '00000000-0000-0000-0000-000000000000' AND entity_type = 'region' AND entity = $1 AND kind = 'grid'
        LIMIT 1
        """;

    private const string Judged = "SELECT judged FROM region_marks WHERE region_id = $1";

    private const string Move =
        "INSERT INTO region_marks (region_id, judged) VALUES ($1, $2) ON CONFLICT (region_id) DO UPDATE SET judged = excluded.judged";

    private const string Accepted = "SELECT before_hour, hour_of_week, ratio, level FROM accepted_levels WHERE entity_ref = $1 ORDER BY id";

    private readonly ConcurrentDictionary<int, string> _versions = new();

    /// <summary>Judges the hours that are new; returns the hotspots that were opened, re-opened or escalated, or are watched.</summary>
    public async Task<IReadOnlyList<Guid>> ScanAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var found = new List<Guid>();
        for (var region = 1; options.Value.Regions && region <= Regions; region++)
        {
            try
            {
                found.AddRange(await ScanAsync(connection, region, cancellationToken));
            }
            catch (Exception e) when (e is not (OperationCanceledException or RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded })
                && !PostgresFailure.IsTransient(e))
            {
                logger.RegionNotScanned(e, region);
            }
        }

        return found;
    }

    private async Task<IReadOnlyList<Guid>> ScanAsync(NpgsqlConnection connection, int region, CancellationToken cancellationToken)
    {
        var version = (await series.GetSeriesVersionAsync(
            new GetSeriesVersionRequest { Series = GridSeries.CarbonIntensity, RegionId = region }, cancellationToken: cancellationToken)).Version;
        var now = time.GetUtcNow();
        // The hour that is over has no version of its own.
        var end = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        var seen = $"{version} {end:O}";
        if (_versions.TryGetValue(region, out var known) && known == seen)
            return [];
        var rows = HoursOf(await ReadAsync(region, end - Read, end, asKnownAt: null, cancellationToken));
        if (rows.Count == 0)
            return [];
        var newest = rows[^1].Row.Hour;
        var judged = (await Command(connection, Judged, (short)region).ListAsync(row => row.GetFieldValue<DateTimeOffset>(0), cancellationToken)).Cast<DateTimeOffset?>().FirstOrDefault();
        var from = judged + TimeSpan.FromHours(1) ?? newest - FirstJudged;
        var entityRef = await EnsureAsync(connection, region, cancellationToken);
        var accepted = await Command(connection, Accepted, entityRef).ListAsync(
            row => new AcceptedLevel(
                row.GetFieldValue<DateTimeOffset>(0), row.IsDBNull(1) ? null : row.GetInt16(1), row.IsDBNull(2) ? null : row.GetDouble(2), row.IsDBNull(3) ? null : row.GetDouble(3)),
            cancellationToken);
        var floor = options.Value.FloorOf(region);
        var history = new EntityHistory([.. rows.Select(row => row.Row)], HourOfWeek.EuropeLondon, isSparse: false, accepted);
        await baselines.SaveAsync(
            [new BuiltBaselines(entityRef, HourOfWeek.EuropeLondon, IsSparse: false, history.Mean, newest, [.. history.Next().Select(one => (one.HourOfWeek, one.Baseline with { Floor = floor }))])],
            now,
            cancellationToken);
        var found = newest < from ? [] : await JudgeAsync(connection, region, entityRef, rows, history, from, floor, now, cancellationToken);
        _versions[region] = seen;
        return found;
    }

    private async Task<IReadOnlyList<Guid>> JudgeAsync(
        NpgsqlConnection connection, int region, long entityRef, List<(ActivityHour Row, bool IsActual)> rows, EntityHistory history, DateTimeOffset from, double floor,
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        var newest = rows[^1].Row.Hour;
        var forecast = rows.Exists(row => row.IsActual && row.Row.Hour >= from)
            ? HoursOf(await ReadAsync(region, from, newest.AddHours(1), asKnownAt: from, cancellationToken)).Where(row => !row.IsActual).ToDictionary(row => row.Row.Hour, row => row.Row.Activity)
            : [];
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var life = (await EpisodeStore.LivesAsync(connection, [entityRef], from - FlapsWithin, cancellationToken))[entityRef];
        foreach (var (row, isActual) in rows.Where(one => one.Row.Hour >= from - FlapsWithin))
        {
            var baseline = history.AsOf(row.Hour) is { } plain ? plain with { Floor = floor } : (Baseline?)null;
            var hour = isActual && forecast.TryGetValue(row.Hour, out var predicted)
                ? row with { ReportedKg = row.Kg, PredictedKg = predicted / GramsOfKilogram, UncertaintyKg = floor / GramsOfKilogram }
                : row;
            var judged = options.Value.Judge.Of(hour, baseline, EmissionKind.Grid);
            if (row.Hour < from)
                life.Recall(judged);
            else
                life.Judge(judged);
        }

        var entity = new WatchedEntity(
            entityRef, Guid.Empty, "region", region.ToString(System.Globalization.CultureInfo.InvariantCulture), EmissionKind.Grid, (short)region,
            HourOfWeek.EuropeLondon, IsSparse: false, history.Mean, newest, newest);
        var found = new List<Guid>();
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var episode in life.Touched.Where(episode => episode.ChangedHours.Count > 0))
        {
            var changes = life.Changes.Where(change => change.Episode == episode).ToList();
            foreach (var statement in EpisodeStore.Save(episode, changes, entity, TimeSpan.FromHours(1), now))
                batch.BatchCommands.Add(statement);
            if (changes.Exists(change => change.Transition is Transition.Opened or Transition.Reopened))
                batch.BatchCommands.Add(EpisodeStore.LinkEntitiesOf(episode.Id, region));
            if (changes.Exists(change => change.Transition is Transition.Opened or Transition.Reopened or Transition.Escalated or Transition.Watching))
                found.Add(episode.Id);
        }

        batch.BatchCommands.Add(Sql.Statement(Move, (short)region, Sql.Time(newest)));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return found;
    }

    private async Task<ReadSeriesResponse> ReadAsync(int region, DateTimeOffset start, DateTimeOffset end, DateTimeOffset? asKnownAt, CancellationToken cancellationToken) =>
        await series.ReadSeriesAsync(
            new ReadSeriesRequest
            {
                Series = GridSeries.CarbonIntensity,
                RegionId = region,
                StartTime = start.ToTimestamp(),
                EndTime = end.ToTimestamp(),
                AsKnownAt = asKnownAt?.ToTimestamp(),
                Fill = SeriesFill.None,
            },
            cancellationToken: cancellationToken);

    // The mean of the half hours that are real; an hour without one is missing. Actual when all of them are.
    private static List<(ActivityHour Row, bool IsActual)> HoursOf(ReadSeriesResponse answer)
    {
        var hours = new SortedDictionary<DateTimeOffset, (double Sum, int Count, bool IsActual)>();
        var (start, step) = (answer.StartTime.ToDateTimeOffset(), answer.Step.ToTimeSpan());
        for (var n = 0; n < answer.Values.Count && n < answer.SourceIndexes.Count; n++)
        {
            var source = answer.SourceIndexes[n] is > 0 and var index && index < answer.Sources.Count ? answer.Sources[index] : null;
            if (source is null || source.Synthetic || !double.IsFinite(answer.Values[n]) || answer.Values[n] < 0)
                continue;
            var at = start + (n * step);
            var hour = new DateTimeOffset(at.Year, at.Month, at.Day, at.Hour, 0, 0, TimeSpan.Zero);
            var sum = hours.GetValueOrDefault(hour, (0, 0, true));
            hours[hour] = (sum.Sum + answer.Values[n], sum.Count + 1, sum.IsActual && source.Actual);
        }

        return [.. hours.Select(one => (new ActivityHour(one.Key, one.Value.Sum / one.Value.Count, one.Value.Sum / one.Value.Count / GramsOfKilogram), one.Value.IsActual))];
    }

    private static async Task<long> EnsureAsync(NpgsqlConnection connection, int region, CancellationToken cancellationToken) =>
        (await Command(connection, Ensure, region.ToString(System.Globalization.CultureInfo.InvariantCulture), (short)region).ListAsync(row => row.GetInt64(0), cancellationToken)).Single();

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params object[] parameters)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        return command;
    }
}
