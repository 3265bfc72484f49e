namespace Pylon.Conductor.Batches;

/// <summary>What is known of a batch at a moment.</summary>
/// <param name="Revision">Grows with each change.</param>
/// <param name="Total">Entities announced or turned up, whichever is more.</param>
/// <param name="Phases">The phases that anything was reported of.</param>
internal sealed record BatchSnapshot(string BatchId, long Revision, long Total, IReadOnlyDictionary<string, Progress> Phases)
{
    public IReadOnlySet<string> Complete => Phases.Values.Where(p => p.IsComplete).Select(p => p.Phase).ToHashSet(StringComparer.Ordinal);
}
