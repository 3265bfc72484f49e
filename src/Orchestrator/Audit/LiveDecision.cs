namespace Pylon.Orchestrator.Audit;

/// <summary>One of the newest decisions, without the JSON, and which of the objects that it names still exist.</summary>
internal sealed record LiveDecision : DecisionRow
{
    public required bool HasAgent { get; init; }
    public required bool HasWorkload { get; init; }
    public required bool HasSourceDc { get; init; }
    public required bool HasTargetDc { get; init; }
}
