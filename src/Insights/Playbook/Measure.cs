namespace Pylon.Insights.Playbook;

/// <summary>Something that can be done against emissions.</summary>
internal sealed record Measure
{
    /// <summary>For example logistics-rail.</summary>
    public required string Id { get; init; }

    /// <summary>At most 60 characters.</summary>
    public required string Title { get; init; }

    /// <summary>What to do; at most 200 characters.</summary>
    public required string Text { get; init; }

    /// <summary>See <see cref="Entities.EmissionKind"/>.</summary>
    public required IReadOnlyList<string> Kinds { get; init; }

    /// <summary>The causes of hotspots that it helps against; the one that it helps against best is the first.</summary>
    public required IReadOnlyList<string> Causes { get; init; }

    public required MeasureLever Lever { get; init; }

    /// <summary>All must be true of the entity.</summary>
    public required IReadOnlyList<Precondition> Preconditions { get; init; }

    public required IReadOnlyList<Contraindication> Contraindications { get; init; }

    public required Saving Saving { get; init; }

    /// <summary>none, low, medium or high.</summary>
    public required string Cost { get; init; }

    /// <summary>1 to 10; 10 is the easiest.</summary>
    public required int Feasibility { get; init; }

    /// <summary>Words that people search for.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>True for the kind and the cause when every precondition holds and no contraindication is known to hold.</summary>
    public bool Fits(string kind, string cause, Facts facts) =>
        Kinds.Contains(kind, StringComparer.Ordinal)
        && Causes.Contains(cause, StringComparer.Ordinal)
        && Preconditions.All(p => p.Holds(facts))
        && !Contraindications.Any(c => c.When?.Holds(facts) == true);
}
