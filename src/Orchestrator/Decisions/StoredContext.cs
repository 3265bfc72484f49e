namespace Pylon.Orchestrator.Decisions;

/// <summary>A row of decision_contexts with the mark of its reader.</summary>
internal sealed record StoredContext
{
    public required Guid Id { get; init; }
    public required Guid WorkloadId { get; init; }
    public required int ContextVersion { get; init; }
    public required DateTimeOffset AsKnownAt { get; init; }
    public required string Document { get; init; }
    public required string Hash { get; init; }
    public DateTimeOffset? ProcessedAt { get; init; }
}
