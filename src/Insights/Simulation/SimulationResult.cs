using Pylon.Insights.Models;

namespace Pylon.Insights.Simulation;

/// <summary>A scenario's two sides.</summary>
/// <param name="Baseline">As it is.</param>
/// <param name="Modified">After all levers.</param>
/// <param name="Levers">In the order in which they were applied.</param>
/// <param name="HalfWidthKg">Half the width of the range of <see cref="DeltaKg"/>.</param>
/// <param name="Placement">Where the work runs after the levers; null without a series.</param>
/// <param name="HoursLate">By which it ends later than in the baseline.</param>
internal sealed record SimulationResult(
    Estimate Baseline, Estimate Modified, IReadOnlyList<AppliedLever> Levers, decimal HalfWidthKg, Placement? Placement, decimal HoursLate)
{
    // From nearly nothing to something; beyond it decimals overflow.
    private const decimal MostPercent = 1_000_000_000_000m;

    /// <summary>kg CO2e; less than 0 when it saves.</summary>
    public decimal DeltaKg => Modified.Co2Kg - Baseline.Co2Kg;

    /// <summary>Of the baseline; 0 when that is 0.</summary>
    public decimal DeltaPercent => Percent(Baseline.Co2Kg, Modified.Co2Kg);

    /// <summary>False when the difference is smaller than what is uncertain about it.</summary>
    public bool IsDistinguishable => Math.Abs(DeltaKg) >= HalfWidthKg && DeltaKg != 0;

    /// <summary>What the second is more than the first, in per cent of the first; at most 1e12.</summary>
    public static decimal Percent(decimal before, decimal after) =>
        before == 0 ? 0
        : (double)(after - before) / (double)before * 100 > (double)MostPercent ? MostPercent
        : 100 * (after - before) / before;
}
