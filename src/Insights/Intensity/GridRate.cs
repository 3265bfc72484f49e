namespace Pylon.Insights.Intensity;

/// <summary>The carbon intensity of a period, for electricity that is used evenly over it.</summary>
/// <param name="FactorId">ci:&lt;region_id&gt;, or ci:&lt;zone&gt; of a scenario.</param>
/// <param name="Sum">gCO2/kWh times <paramref name="Weight"/>, summed over the known part.</param>
/// <param name="Weight">The length of the known part, in any unit; 0 when nothing is known.</param>
/// <param name="MissingShare">0 to 1: of the period, the part without a value.</param>
/// <param name="IsSynthetic">Any of the values is synthetic.</param>
/// <param name="Missing">Why values are missing, as the end of a sentence; empty when none is.</param>
internal sealed record GridRate(string FactorId, decimal Sum, decimal Weight, decimal MissingShare, bool IsSynthetic, string Missing)
{
    /// <summary>kg CO2e of this much electricity, without the missing part.</summary>
    public decimal KgOf(decimal kwh) => Weight == 0 ? 0 : kwh * (1 - MissingShare) * Sum / (Weight * 1000);

    /// <summary>kg CO2e/kWh over the known part.</summary>
    public decimal KgPerKwh => Weight == 0 ? 0 : Sum / (Weight * 1000);
}
