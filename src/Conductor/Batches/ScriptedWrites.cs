using Google.Protobuf;
using StackExchange.Redis;

namespace Pylon.Conductor.Batches;

/// <summary>A whole change in one script: nobody comes in between, so there is nothing to try again.</summary>
internal sealed class ScriptedWrites(RedisCalls redis) : IBatchWrites
{
    public async Task<Applied?> ReportAsync(BatchKeys keys, PhaseReport report, CancellationToken cancellationToken)
    {
        RedisValue[] values =
        [
            redis.TtlSeconds, report.Phase, report.EntityId, report.Succeeded ? "S" : "F", report.EventId.ToString(),
            report.BatchId, report.ErrorCode, report.CorrelationId, report.OccurredAt.ToUnixTimeMilliseconds(),
        ];
        var answer = await redis.ScriptAsync(BatchScripts.Report, [keys.Meta, keys.Items, keys.Outbox], values, cancellationToken);
        var result = answer[0].ToString();
        if (result == "load")
            return null;
        var whole = answer[4].ToString();
        return new Applied(
            result == "changed",
            result == "same",
            new Progress(report.Phase, (long)answer[1], (long)answer[2], (long)answer[3], whole.Length == 0 ? null : whole == "S"));
    }

    public async Task<bool> DefineAsync(BatchKeys keys, PipelineDefinition definition, CancellationToken cancellationToken)
    {
        RedisValue[] values =
        [
            redis.TtlSeconds, definition.Id.ToString(), definition.TotalEntities ?? 0,
            .. BatchEvents.Defined(definition).Select(e => (RedisValue)e.ToByteArray()),
        ];
        var answer = await redis.ScriptAsync(BatchScripts.Define, [keys.Meta, keys.Items, keys.Outbox], values, cancellationToken);
        return answer[0].ToString() == "ok";
    }
}
