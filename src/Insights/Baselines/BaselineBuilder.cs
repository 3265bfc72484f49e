using Microsoft.Extensions.Options;

namespace Pylon.Insights.Baselines;

/// <summary>Makes the baselines of entities from their roll-ups.</summary>
internal sealed class BaselineBuilder(BaselineStore store, RollupMarks marks, IOptions<BaselineOptions> options, TimeProvider time)
{
    /// <summary>Of the entities with hours that are new since the last time; returns how many. 0 while another instance does it.</summary>
    public async Task<int> BuildChangedAsync(CancellationToken cancellationToken)
    {
        await using var held = await store.TryLockAsync(cancellationToken);
        if (held is null)
            return 0;
        var (pass, built) = (await marks.BeginAsync(RollupMarks.Baselines, cancellationToken), 0);
        while (await store.ChangedEntitiesAsync(pass, options.Value.Batch, cancellationToken) is { Count: > 0 } entities)
        {
            await BuildAsync([.. entities], cancellationToken);
            built += entities.Count;
            pass = pass with { AfterEntity = entities[^1] };
        }

        await marks.FinishAsync(RollupMarks.Baselines, cancellationToken);
        return built;
    }

    /// <summary>Of these entities.</summary>
    public async Task BuildAsync(long[] entities, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var some in entities.Chunk(options.Value.Batch))
        {
            var accepted = await store.AcceptedAsync(some, cancellationToken);
            var rows = await store.RowsAsync(some, now.AddHours(-1), cancellationToken);
            await store.SaveAsync([.. rows.Select(one => Build(one.EntityRef, one.TimeZone, one.Rows, [.. accepted[one.EntityRef]]))], now, cancellationToken);
        }
    }

    private static BuiltBaselines Build(long entity, string timeZone, List<ActivityHour> rows, IReadOnlyList<AcceptedLevel> accepted)
    {
        var history = new EntityHistory(rows, timeZone, accepted: accepted);
        return new BuiltBaselines(entity, timeZone, history.IsSparse, history.Mean, rows[^1].Hour, [.. history.Next()]);
    }
}
