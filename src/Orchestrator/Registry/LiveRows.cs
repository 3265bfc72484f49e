using Pylon.Orchestrator.Audit;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Registry;

/// <summary>The rows that a page of the live state was made of, as far as its objects do not have what the links need.</summary>
internal sealed class LiveRows
{
    /// <summary>In the order of the page, each with the ids of the signals of the half hours in which it ran.</summary>
    public List<(WorkloadRecord Workload, IReadOnlyList<string> Signals)> Workloads { get; } = [];

    /// <summary>In the order of the page.</summary>
    public List<LiveDecision> Decisions { get; } = [];
}
