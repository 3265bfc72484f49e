namespace Pylon.Insights.Webhooks;

/// <summary>A notice that this instance sends now, with its alert.</summary>
internal sealed record ClaimedNotice
{
    public required Guid AlertId { get; init; }
    public required int Number { get; init; }

    /// <summary>With this one; a claim counts, so that one that ends a process is given up in the end.</summary>
    public required int Attempts { get; init; }
    public required double PercentAbove { get; init; }
    public required double ImpactKg { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required Guid HotspotId { get; init; }
    public required string Transition { get; init; }
    public required string Level { get; init; }
    public required string Message { get; init; }
    public required string Entity { get; init; }
    public required string EntityType { get; init; }
    public required string Cause { get; init; }
    public required DateTimeOffset Hour { get; init; }
    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>The header webhook-id, the same for each attempt: the receiver knows by it what it has already.</summary>
    public string WebhookId => IdOf(AlertId, Number);

    public static string IdOf(Guid alertId, int number) => number == 0 ? alertId.ToString() : $"{alertId}-{number}";
}
