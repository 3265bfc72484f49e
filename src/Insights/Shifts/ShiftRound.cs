namespace Pylon.Insights.Shifts;

/// <summary>What came of one look at the work of a hotspot.</summary>
/// <param name="Workloads">Looked at.</param>
/// <param name="LeftOut">Without a proposal, by the reason.</param>
internal sealed record ShiftRound(int Workloads, IDictionary<string, int> LeftOut);
