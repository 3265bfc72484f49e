using System.Globalization;
using Google.Protobuf;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Circuits;
using StackExchange.Redis;

namespace Pylon.Conductor.State;

/// <summary>What a report did in Redis.</summary>
/// <param name="Maker">The report that made the state of the entity: this one when it changed it, now or before.</param>
internal sealed record Applied(bool Changed, Guid Maker, Progress Progress);

/// <summary>A change in Redis, the whole of it in one script: no other writer comes in between. Each may be repeated.</summary>
internal sealed class BatchWrites(RedisCalls redis)
{
    /// <summary>Null when the batch must be loaded first.</summary>
    /// <param name="timeToLive">From now on; null leaves it as it is, for a report that PostgreSQL has had for some time.</param>
    /// <param name="isLost">Its event is not published and not in the outbox: when it made a change, the event is written again.</param>
    /// <param name="isLoader">The caller is loading the batch, which nobody else sees yet.</param>
    public async Task<Applied?> ReportAsync(
        BatchKeys keys, PhaseReport report, TimeSpan? timeToLive, bool isLost, CancellationToken cancellationToken, bool isLoader = false)
    {
        RedisValue[] values =
        [
            Milliseconds(timeToLive), report.Phase, report.EntityId, report.Succeeded ? "S" : "F", report.EventId.ToString(),
            report.BatchId, report.ErrorCode, report.CorrelationId, report.OccurredAt.ToUnixTimeMilliseconds(), isLost,
            Text(report.Work.MicroKwh), Text(report.Work.StartedAt?.ToUnixTimeMilliseconds()), Text(report.Work.EndedAt?.ToUnixTimeMilliseconds()),
        ];
        var answer = await redis.ScriptAsync(BatchScripts.Report, Keys(keys, isLoader), values, cancellationToken);
        var result = answer[0].ToString();
        if (result == "load")
            return null;
        var whole = answer[4].ToString();
        return new Applied(
            result == "changed",
            Guid.Parse(answer[5].ToString()),
            new Progress(report.Phase, (long)answer[1], (long)answer[2], (long)answer[3], whole.Length == 0 ? null : whole == "S")
            {
                Work = Work(answer[6].ToString(), answer[7].ToString(), answer[8].ToString(), answer[9].ToString()),
            });
    }

    /// <summary>The work of a phase as Redis keeps it; what is empty was not told.</summary>
    public static PhaseWork Work(string energy, string reports, string first, string last) => new(
        Number(energy), Number(reports) ?? 0, Time(first), Time(last));

    private static long? Number(string text) => text.Length == 0 ? null : long.Parse(text, CultureInfo.InvariantCulture);

    private static DateTimeOffset? Time(string text) => Number(text) is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static RedisValue Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    /// <summary>False when the batch must be loaded first.</summary>
    /// <param name="timeToLive">The same.</param>
    /// <param name="isLost">The same for the events of the definition.</param>
    /// <param name="isLoader">The same.</param>
    public async Task<bool> DefineAsync(
        BatchKeys keys, PipelineDefinition definition, TimeSpan? timeToLive, bool isLost, CancellationToken cancellationToken, bool isLoader = false)
    {
        RedisValue[] values =
        [
            Milliseconds(timeToLive), definition.Id.ToString(), definition.TotalEntities ?? 0, isLost, definition.Traceparent ?? "",
            .. BatchEvents.Defined(definition).Select(e => (RedisValue)e.ToByteArray()),
        ];
        var answer = await redis.ScriptAsync(BatchScripts.Define, Keys(keys, isLoader), values, cancellationToken);
        return answer[0].ToString() == "ok";
    }

    private static RedisKey[] Keys(BatchKeys keys, bool isLoader) =>
        isLoader ? [keys.Meta, keys.Items, keys.Outbox, keys.Loading] : [keys.Meta, keys.Items, keys.Outbox];

    /// <summary>0 for null.</summary>
    private static long Milliseconds(TimeSpan? timeToLive) => timeToLive is { } left ? Math.Max((long)left.TotalMilliseconds, 1) : 0;
}
