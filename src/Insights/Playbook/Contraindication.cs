namespace Pylon.Insights.Playbook;

/// <summary>When not to take a measure.</summary>
internal sealed record Contraindication
{
    /// <summary>For people.</summary>
    public required string Text { get; init; }

    /// <summary>Where it is known to hold, the measure is not proposed; null: a person must judge.</summary>
    public Precondition? When { get; init; }
}
