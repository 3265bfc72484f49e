namespace Pylon.Conductor.Batches;

/// <summary>What workers may do for a batch.</summary>
/// <param name="Revision">The highest of a batch counts.</param>
/// <param name="Zone">Empty: anywhere.</param>
/// <param name="Job">Empty: nothing is computed.</param>
/// <param name="Parts">Of each phase.</param>
/// <param name="NotBefore">Null: at once.</param>
/// <param name="Deadline">Null: none.</param>
/// <param name="Steps">When it runs; empty when it runs through.</param>
internal sealed record Order(
    long Revision,
    string Zone,
    string Job,
    IReadOnlyDictionary<string, string> Parameters,
    int Parts,
    DateTimeOffset? NotBefore,
    DateTimeOffset? Deadline,
    IReadOnlyList<OrderStep> Steps)
{
    /// <summary>The key under which a part that may be claimed is signalled. No batch has such an id.</summary>
    public const string Ready = "\u001fready";
}

/// <summary>A stretch of time in which work runs.</summary>
internal sealed record OrderStep(DateTimeOffset Start, DateTimeOffset End);
