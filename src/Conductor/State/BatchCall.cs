using System.Globalization;
using Google.Protobuf;
using Pylon.Conductor.Batches;
using StackExchange.Redis;

namespace Pylon.Conductor.State;

/// <summary>What a report did in Redis.</summary>
/// <param name="Maker">The report that made the state of the entity: this one when it changed it, now or before.</param>
internal sealed record Applied(bool Changed, Guid Maker, Progress Progress);

/// <summary>
/// What is read or changed of one batch, as <see cref="BatchScripts.Calls"/> takes it: no other writer comes in between.
/// Each may be repeated.
/// </summary>
internal sealed class BatchCall
{
    private readonly BatchKeys _keys;
    private readonly RedisValue[] _values;

    private BatchCall(BatchKeys keys, params RedisValue[] values) => (_keys, _values) = (keys, values);

    public int Shard => _keys.Shard;

    public static BatchCall Read(BatchKeys keys) => new(keys, "read");

    /// <param name="keys">Of the batch of the report.</param>
    /// <param name="report">Is durable.</param>
    /// <param name="timeToLive">From now on; null leaves it as it is, for a report that PostgreSQL has had for some time.</param>
    /// <param name="isLost">Its event is not published and not in the outbox: when it made a change, the event is written again.</param>
    public static BatchCall Report(BatchKeys keys, PhaseReport report, TimeSpan? timeToLive, bool isLost) => new(
        keys,
        "report", Milliseconds(timeToLive), report.Phase, report.EntityId, report.Succeeded ? "S" : "F", report.EventId.ToString(), report.Revision ?? 0, isLost,
        Text(report.Work.MicroKwh), Text(report.Work.StartedAt?.ToUnixTimeMilliseconds()), Text(report.Work.EndedAt?.ToUnixTimeMilliseconds()),
        BatchEvents.Reported(report).ToByteArray());

    /// <param name="keys">Of the batch of the definition.</param>
    /// <param name="definition">Is durable, and so is its order.</param>
    /// <param name="timeToLive">The same.</param>
    /// <param name="isLost">The same for the events of the definition.</param>
    public static BatchCall Define(BatchKeys keys, PipelineDefinition definition, TimeSpan? timeToLive, bool isLost) => new(
        keys,
        [
            "define", Milliseconds(timeToLive), definition.Id.ToString(), definition.TotalEntities ?? 0, isLost, definition.Traceparent ?? "", definition.Order?.Revision ?? 0,
            .. BatchEvents.Defined(definition).Select(e => (RedisValue)e.ToByteArray()),
        ]);

    /// <summary>Makes the calls in one script; an answer for each.</summary>
    /// <param name="redis">Where to.</param>
    /// <param name="calls">On a cluster all of one shard.</param>
    /// <param name="loading">The key of the loader that makes them, of a batch that nobody else sees yet; null for anybody else.</param>
    public static async Task<IReadOnlyList<RedisResult[]>> RunAsync(IDatabaseAsync redis, IReadOnlyList<BatchCall> calls, RedisKey? loading = null)
    {
        var keys = new List<RedisKey>((calls.Count * 3) + 1);
        var values = new List<RedisValue>(calls.Sum(call => call._values.Length + 1));
        foreach (var call in calls)
        {
            keys.AddRange([call._keys.Meta, call._keys.Items, call._keys.Outbox]);
            values.Add(call._values.Length);
            values.AddRange(call._values);
        }

        if (loading is { } key)
            keys.Add(key);
        return [.. ((RedisResult[])(await redis.ScriptEvaluateAsync(BatchScripts.Calls, [.. keys], [.. values]))!).Select(answer => (RedisResult[])answer!)];
    }

    /// <summary>The answer to a report; null when the batch must be loaded first.</summary>
    public static Applied? ToApplied(RedisResult[] answer, string phase)
    {
        var result = answer[0].ToString();
        if (result == "load")
            return null;
        var whole = answer[4].ToString();
        return new Applied(
            result == "changed",
            Guid.Parse(answer[5].ToString()),
            new Progress(phase, (long)answer[1], (long)answer[2], (long)answer[3], whole.Length == 0 ? null : whole == "S")
            {
                Work = Work(answer[6].ToString(), answer[7].ToString(), answer[8].ToString(), answer[9].ToString()),
            });
    }

    /// <summary>The answer to any other call: false when the batch must be loaded first.</summary>
    public static bool IsDone(RedisResult[] answer) => answer[0].ToString() == "ok";

    /// <summary>The work of a phase as Redis keeps it; what is empty was not told.</summary>
    public static PhaseWork Work(string energy, string reports, string first, string last) => new(
        Number(energy), Number(reports) ?? 0, Time(first), Time(last));

    private static long? Number(string text) => text.Length == 0 ? null : long.Parse(text, CultureInfo.InvariantCulture);

    private static DateTimeOffset? Time(string text) => Number(text) is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;

    private static RedisValue Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    /// <summary>0 for null.</summary>
    private static long Milliseconds(TimeSpan? timeToLive) => timeToLive is { } left ? Math.Max((long)left.TotalMilliseconds, 1) : 0;
}
