namespace Pylon.Orchestrator.Catalog;

/// <summary>A transaction with its first message.</summary>
internal sealed record TransactionRow
{
    public required Guid TransactionId { get; init; }
    public required Guid WorkloadId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}
