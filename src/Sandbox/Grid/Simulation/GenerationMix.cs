namespace Pylon.Sandbox.Grid.Simulation;

/// <summary>A generation mix in tenths of a per cent that sum to 1000, in the order of fuels of the API.</summary>
internal sealed record GenerationMix(IReadOnlyList<int> Tenths)
{
    public static readonly IReadOnlyList<string> Fuels = ["biomass", "coal", "imports", "gas", "nuclear", "other", "hydro", "solar", "wind"];

    // gCO2/kWh of /intensity/factors; the imports are weighted by the interconnectors: four French, one Dutch, one Irish.
    private static readonly double[] Factors = [120, 937, ((4 * 53) + 474 + 458) / 6.0, 394, 0, 300, 0, 0, 0];

    /// <summary>gCO2/kWh.</summary>
    public int Intensity => (int)Math.Round(Tenths.Select((t, i) => t * Factors[i]).Sum() / 1000, MidpointRounding.AwayFromZero);

    /// <summary>The largest remainders are rounded up, so that the tenths sum to the whole.</summary>
    public static GenerationMix Of(double[] shares)
    {
        var sum = shares.Sum();
        var exact = Array.ConvertAll(shares, s => s * 1000 / sum);
        var tenths = Array.ConvertAll(exact, e => (int)e);
        foreach (var i in Enumerable.Range(0, exact.Length).OrderByDescending(i => exact[i] - tenths[i]).Take(1000 - tenths.Sum()).ToList())
            tenths[i]++;
        return new GenerationMix(tenths);
    }
}
