namespace Pylon.Orchestrator.Decisions;

/// <summary>A row of llm_outputs.</summary>
internal sealed record StoredOutput
{
    public required Guid Id { get; init; }
    public required string Document { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}
