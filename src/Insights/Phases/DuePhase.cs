namespace Pylon.Insights.Phases;

/// <summary>A phase with something that is not recorded yet.</summary>
/// <param name="Progress">What was reported of it.</param>
/// <param name="RecordedKwh">That is recorded as events.</param>
/// <param name="RecordedParts">The parts that had completed it then.</param>
/// <param name="RecordedUntil">The end of the last event; null before the first.</param>
/// <param name="Version">Events that were recorded.</param>
/// <param name="Attempts">Times in a row that the Orchestrator did not answer.</param>
internal sealed record DuePhase(PhaseProgress Progress, double RecordedKwh, long RecordedParts, DateTimeOffset? RecordedUntil, int Version, int Attempts);
