using Google.Protobuf;
using Pylon.Conductor.V1;
using Pylon.Events.V1;
using Pylon.Messaging;

namespace Pylon.Orchestrator.Runs;

/// <summary>A report of the progress of a phase of a batch. Reports may be late, repeated and in any order.</summary>
/// <param name="Failed">The batch as a whole has failed the phase.</param>
/// <param name="ErrorCode">Of the failure; empty when unknown.</param>
internal sealed record PhaseReport(
    string Phase, long CompletedParts, long FailedParts, long Total, bool Complete, bool Failed, string ErrorCode, DateTimeOffset At)
{
    public static PhaseReport Of(BatchPhaseProgressed progressed, DateTimeOffset at) => new(
        progressed.PhaseName,
        progressed.Completed,
        progressed.Failed,
        progressed.Total,
        progressed.PhaseComplete,
        progressed is { EntityId: "", Succeeded: false, PhaseComplete: false },
        progressed.ErrorCode,
        at);

    public static PhaseReport Of(PhaseProgress progress, DateTimeOffset now) => new(
        progress.Phase,
        progress.Completed,
        progress.Failed,
        progress.Total,
        progress.State == PhaseState.Complete,
        progress.State == PhaseState.Failed,
        "",
        now);

    /// <summary>The report in an entry of the Conductor's topic and its workload; null when the entry has none.</summary>
    public static (Guid WorkloadId, PhaseReport Report)? Read(GroupEntry entry, DateTimeOffset now)
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
        catch (Exception e) when (e is InvalidProtocolBufferException or InvalidOperationException)
        {
            // No event, or one at a time that no clock shows. The topic is the Conductor's: its dead letters are not kept here.
            return null;
        }
    }
}
