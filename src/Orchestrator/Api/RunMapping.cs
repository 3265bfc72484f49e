using Google.Protobuf.WellKnownTypes;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Api;

/// <summary>From rows of workload_runs to the contract.</summary>
internal static class RunMapping
{
    public static Run ToProto(RunRecord run) => new()
    {
        Pipeline = run.Pipeline,
        State = run.State switch
        {
            RunRecord.Requested => RunState.Requested,
            RunRecord.Running => RunState.Running,
            RunRecord.Completed => RunState.Completed,
            RunRecord.Failed => RunState.Failed,
            RunRecord.Cancelled => RunState.Cancelled,
            _ => RunState.Unspecified,
        },
        // Before the Conductor answers, the order of the phases is not known.
        Phases = { run.DefinedAt is null ? [] : run.Phases },
        CorrelationId = run.CorrelationId,
        Attempts = run.Attempts,
        FailureReason = run.FailureReason ?? "",
        RequestedAt = run.RequestedAt.ToTimestamp(),
        UpdatedAt = run.UpdatedAt.ToTimestamp(),
        EndedAt = run.EndedAt?.ToTimestamp(),
    };
}
