namespace Pylon.Cli.Client;

/// <summary>A decision of the REST API (pylon.orchestrator.v1.OrchestrationDecision in proto3 JSON).</summary>
internal sealed record Decision(string Id = "", string DecisionType = "", string WorkloadId = "", string Reasoning = "", DateTimeOffset? DecidedAt = null)
{
    /// <summary>The type without its prefix: <c>accept_workload</c>.</summary>
    public string Type => Names.Short(DecisionType, "DECISION_TYPE_");
}

/// <summary>The answer of a list of decisions.</summary>
internal sealed record DecisionsAnswer(IReadOnlyList<Decision>? Decisions = null);
