namespace Pylon.Orchestrator.Scoring;

/// <summary>
/// How well a data centre suits a workload, 0 to 100. It ranks data centres; Recommendations/Ranking.cs ranks windows.
/// Pure; in decimal, so that the same inputs give the same digits everywhere.
/// </summary>
/// <param name="Exact">Before it is rounded.</param>
/// <param name="Missing">The inputs that are not known; they do not count.</param>
internal sealed record DataCentreScore(decimal Exact, IReadOnlyList<string> Missing)
{
    /// <summary>The most that a data centre gets that breaks a constraint of the workload.</summary>
    public const int CapWhenBroken = 40;

    /// <summary>A whole number; a half is rounded up.</summary>
    public int Points => (int)Math.Floor(Exact + 0.5m);

    /// <summary>The points of a data centre that breaks a constraint, or breaks none.</summary>
    public int PointsWhen(bool isBroken) => isBroken ? Math.Min(Points, CapWhenBroken) : Points;

    public static DataCentreScore Of(ScoreInputs inputs, ScoreWeights weights)
    {
        // Each is 1 for the best value and 0 for the worst; the bounds in the calls are those two values.
        (string Name, decimal? Usefulness, int Weight)[] parts =
        [
            ("carbon", Between(inputs.CarbonIntensity, worst: 300, best: 50), weights.Carbon),
            ("price", Between(inputs.PriceGbpMwh, worst: 200, best: 40), weights.Price),
            ("stress", Between(inputs.GridStress, worst: 1, best: 0), weights.Stress),
            ("pue", Between(inputs.Pue, worst: 2, best: 1), weights.Pue),
            ("load", Between(inputs.LoadPercent, worst: 100, best: 50), weights.Load),
            ("flexibility", Between(inputs.Flexibility, worst: 0, best: 1), weights.Flexibility),
        ];
        var known = parts.Where(p => p.Usefulness is not null).ToList();
        var sum = known.Sum(p => p.Usefulness!.Value * p.Weight);
        var exact = known.Count == 0 ? 0 : 100 * sum / known.Sum(p => p.Weight);
        return new DataCentreScore(exact, [.. parts.Where(p => p.Usefulness is null).Select(p => p.Name)]);
    }

    private static decimal? Between(double? value, decimal worst, decimal best)
    {
        if (value is not { } given || double.IsNaN(given))
            return null;
        var (low, high) = worst < best ? (worst, best) : (best, worst);
        var clamped = (decimal)Math.Clamp(given, (double)low, (double)high);
        return (clamped - worst) / (best - worst);
    }
}
