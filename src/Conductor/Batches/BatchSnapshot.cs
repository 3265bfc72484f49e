namespace Pylon.Conductor.Batches;

/// <summary>What is known of a batch at a moment.</summary>
/// <param name="Revision">Grows with each change.</param>
/// <param name="Total">Entities announced or entities reported, whichever is more.</param>
/// <param name="Phases">The phases with at least one report.</param>
internal sealed record BatchSnapshot(string BatchId, long Revision, long Total, IReadOnlyDictionary<string, Progress> Phases)
{
    public IReadOnlySet<string> Complete => Phases.Values.Where(p => p.IsComplete).Select(p => p.Phase).ToHashSet(StringComparer.Ordinal);
}
