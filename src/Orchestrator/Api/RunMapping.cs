using Google.Protobuf.WellKnownTypes;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Api;

/// <summary>From rows of workload_runs to the contract.</summary>
internal static class RunMapping
{
    public static Run ToProto(RunRecord run) => new()
    {
        Pipeline = run.Pipeline,
        State = EnumName.Parse<RunState>(run.State),
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
