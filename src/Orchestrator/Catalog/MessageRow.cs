namespace Pylon.Orchestrator.Catalog;

/// <summary>A row of beckn_messages without its contents.</summary>
internal sealed record MessageRow
{
    public required Guid MessageId { get; init; }
    public required Guid TransactionId { get; init; }
    public required string Action { get; init; }
    public required int Sends { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? SentAt { get; init; }
    public DateTimeOffset? AcknowledgedAt { get; init; }
    public DateTimeOffset? AnsweredAt { get; init; }
    public string? AnsweredBy { get; init; }
    public required int Callbacks { get; init; }
    public string? LastError { get; init; }
}
