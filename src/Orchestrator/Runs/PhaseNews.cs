using Google.Protobuf;
using Pylon.Conductor.V1;
using Pylon.Events.V1;
using Pylon.Messaging;

namespace Pylon.Orchestrator.Runs;

/// <summary>What somebody says of a phase of a batch. It may come late, twice and in any order.</summary>
/// <param name="Failed">The batch as a whole failed the phase.</param>
/// <param name="ErrorCode">Why, where that was said.</param>
internal sealed record PhaseNews(
    string Phase, long CompletedParts, long FailedParts, long Total, bool Complete, bool Failed, string ErrorCode, DateTimeOffset At)
{
    public static PhaseNews Of(BatchPhaseProgressed progressed, DateTimeOffset at) => new(
        progressed.PhaseName,
        progressed.Completed,
        progressed.Failed,
        progressed.Total,
        progressed.PhaseComplete,
        progressed is { EntityId: "", Succeeded: false, PhaseComplete: false },
        progressed.ErrorCode,
        at);

    public static PhaseNews Of(PhaseProgress progress, DateTimeOffset now) => new(
        progress.Phase,
        progress.Completed,
        progress.Failed,
        progress.Total,
        progress.State == PhaseState.Complete,
        progress.State == PhaseState.Failed,
        "",
        now);

    /// <summary>The news in an entry of the Conductor's topic, and whose; null when it has none for a workload.</summary>
    public static (Guid WorkloadId, PhaseNews News)? Read(GroupEntry entry, DateTimeOffset now)
    {
        if (entry.Format != EntryFormat.Event)
            return null;
        try
        {
            var read = Event.Parser.ParseFrom(entry.Body.Span);
            return read.BatchPhaseProgressed is { } progressed && Guid.TryParseExact(progressed.BatchId, "D", out var id)
                ? (id, Of(progressed, read.Time?.ToDateTimeOffset() ?? now))
                : null;
        }
        catch (InvalidProtocolBufferException)
        {
            // Not for us to keep: the topic is the Conductor's.
            return null;
        }
    }
}
