using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Insights.Baselines;
using Pylon.Insights.Episodes;
using Pylon.Rpc;

namespace Pylon.Insights.Hotspots;

/// <summary>
/// Looks for hotspots in the hours that are new or changed since the last scan. One at a time over all instances. Entities
/// are judged in batches, each in a transaction that also moves the mark: a scan that is killed goes on there.
/// </summary>
internal sealed class Scanner(
    ScanStore store, RollupMarks marks, BaselineStore baselineStore, BaselineBuilder baselines, ScanUpkeep upkeep, RegionScanner regions,
    IOptions<HotspotOptions> options, TimeProvider time, ILogger<Scanner> logger)
{
    private const int MaxPage = 5000;
    private const int MostInResult = 100;
    private static readonly TimeSpan FlapsWithin = TimeSpan.FromDays(7);

    /// <summary>Scans, or waits for the scan that runs and returns its result.</summary>
    /// <exception cref="RefusalException">That one takes longer than a minute.</exception>
    public async Task<ScanResult> ScanAsync(CancellationToken cancellationToken)
    {
        await using var session = await store.OpenAsync(cancellationToken);
        var before = await store.LastAsync(cancellationToken);
        if (!await ScanStore.TryLockAsync(session.Connection, cancellationToken))
        {
            if (!await ScanStore.WaitForLockAsync(session.Connection, cancellationToken))
                throw Refusal.Unavailable("SCAN_RUNNING", "Another scan still runs: its result is in the next answer.", TimeSpan.FromSeconds(30)).AsException();
            if (await store.LastAsync(cancellationToken) is { } other && other.Id > (before?.Id ?? 0))
                return other;
        }

        return await ScanLockedAsync(session.Connection, cancellationToken);
    }

    /// <summary>As the worker does it: nothing when a scan began within the interval, or runs.</summary>
    public async Task<ScanResult?> ScanWhenDueAsync(CancellationToken cancellationToken)
    {
        await using var session = await store.OpenAsync(cancellationToken);
        if (!await ScanStore.TryLockAsync(session.Connection, cancellationToken))
            return null;
        return await store.LastBeginAsync(cancellationToken) is { } begin && time.GetUtcNow() - begin < options.Value.CheckInterval * 0.9
            ? null
            : await ScanLockedAsync(session.Connection, cancellationToken);
    }

    private async Task<ScanResult> ScanLockedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var (started, found) = (time.GetUtcNow(), new List<Guid>());
        await upkeep.EndTimesAsync(started, cancellationToken);
        try
        {
            found.AddRange(await regions.ScanAsync(connection, cancellationToken));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.RegionsNotScanned(e, options.Value.CheckInterval);
        }

        var pass = await marks.BeginAsync(RollupMarks.Scan, cancellationToken);
        while (await store.CandidatesAsync(pass, options.Value, MaxPage, cancellationToken) is { Count: > 0 } page)
        {
            await baselines.BuildAsync([.. page.Where(one => one.IsUnknown).Select(one => one.EntityRef)], cancellationToken);
            await JudgeAsync(connection, page, isPass: true, found, cancellationToken);
            pass = pass with { AfterEntity = page[^1].EntityRef };
            if (page.Count < MaxPage)
                break;
        }

        await marks.FinishAsync(RollupMarks.Scan, cancellationToken);
        var after = 0L;
        while (await store.LiveAsync(after, MaxPage, cancellationToken) is { Count: > 0 } page)
        {
            await JudgeAsync(connection, page, isPass: false, found, cancellationToken);
            after = page[^1].EntityRef;
        }

        await upkeep.MarkStaleAsync(time.GetUtcNow(), cancellationToken);
        var hotspots = found.Distinct().ToList();
        return await store.SaveAsync(started, time.GetUtcNow(), hotspots.Count, [.. hotspots.Take(MostInResult)], cancellationToken);
    }

    private async Task JudgeAsync(
        NpgsqlConnection connection, List<(long EntityRef, DateTimeOffset From, bool IsUnknown)> page, bool isPass, List<Guid> found, CancellationToken cancellationToken)
    {
        var regionHotspots = await store.LiveRegionsAsync(cancellationToken);
        foreach (var some in page.Chunk(options.Value.Batch))
        {
            var entities = await store.ReadAsync(some.ToDictionary(one => one.EntityRef, one => one.From), options.Value.JudgedBack, cancellationToken);
            var accepted = await baselineStore.AcceptedAsync([.. entities.Keys], cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var lives = await EpisodeStore.LivesAsync(
                connection, [.. entities.Keys], entities.Count == 0 ? time.GetUtcNow() : entities.Values.Min(entity => entity.From) - FlapsWithin, cancellationToken);
            var changed = new List<Guid>();
            await using var batch = new NpgsqlBatch(connection, transaction);
            foreach (var entity in entities.Values)
            {
                foreach (var statement in Judge(entity, lives[entity.EntityRef], [.. accepted[entity.EntityRef]], regionHotspots, changed))
                    batch.BatchCommands.Add(statement);
            }

            if (isPass)
                batch.BatchCommands.Add(RollupMarks.MoveTo(RollupMarks.Scan, some[^1].EntityRef));
            if (batch.BatchCommands.Count > 0)
                await batch.ExecuteNonQueryAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            found.AddRange(changed);
        }
    }

    private IEnumerable<NpgsqlBatchCommand> Judge(
        WatchedEntity entity, EpisodeLife life, IReadOnlyList<AcceptedLevel> accepted, IReadOnlyDictionary<int, Guid> regionHotspots, List<Guid> found)
    {
        var (judge, now) = (options.Value.Judge, time.GetUtcNow());
        var history = entity.IsAsOf ? new EntityHistory(entity.Rows, entity.TimeZone, entity.IsSparse, accepted) : null;
        var length = TimeSpan.FromHours(entity.IsSparse ? 24 : 1);
        foreach (var row in history?.Steps ?? entity.Rows)
        {
            var known = history is not null ? history.AsOf(row.Hour)
                : entity.Baselines.TryGetValue((short)HourOfWeek.OfIndex(HourOfWeek.IndexOf(row.Hour, entity.TimeZone)), out var baseline) ? baseline : (Baseline?)null;
            var judged = judge.Of(row, known, entity.Kind);
            // Of an hour that is not over only its abnormality is known.
            if (row.Hour + length > now && judged.Level == Level.Normal)
                continue;
            if (row.Hour < entity.From)
                life.Recall(judged);
            else
                life.Judge(judged);
        }

        foreach (var episode in life.Touched.Where(episode => episode.ChangedHours.Count > 0))
        {
            var changes = life.Changes.Where(change => change.Episode == episode).ToList();
            // The grid's episode is one hotspot of the region.
            if (episode.IsNew && episode.Cause == Cause.Grid && entity.RegionId is { } region && regionHotspots.TryGetValue(region, out var explained))
            {
                yield return EpisodeStore.LinkTo(explained, entity.EntityRef);
                continue;
            }

            if (changes.Exists(change => change.Transition is Transition.Opened or Transition.Reopened or Transition.Escalated or Transition.Watching))
                found.Add(episode.Id);
            foreach (var statement in EpisodeStore.Save(episode, changes, entity, length, now))
                yield return statement;
        }
    }
}
