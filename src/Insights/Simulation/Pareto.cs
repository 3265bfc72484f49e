namespace Pylon.Insights.Simulation;

/// <summary>Which of several results no other one beats.</summary>
internal static class Pareto
{
    /// <param name="points">kg CO2e, GBP and hours late of each; null for one that does not count.</param>
    /// <returns>For each whether no other has less of one without more of another.</returns>
    public static bool[] Find(IReadOnlyList<(decimal Kg, decimal Gbp, decimal Hours)?> points)
    {
        var best = new bool[points.Count];
        for (var at = 0; at < best.Length; at++)
            best[at] = points[at] is { } point && !points.Any(other => other is { } rival && Beats(rival, point));
        return best;
    }

    private static bool Beats((decimal Kg, decimal Gbp, decimal Hours) rival, (decimal Kg, decimal Gbp, decimal Hours) point) =>
        rival.Kg <= point.Kg && rival.Gbp <= point.Gbp && rival.Hours <= point.Hours && rival != point;
}
