namespace Pylon.Forecasting.Planning.Solving;

/// <summary>Any steps at the same power: the smallest values, the earlier of equal ones.</summary>
internal static class SmallestSolver
{
    /// <summary>The steps in the order of time; null when too few are not blocked.</summary>
    public static int[]? Best(int count, bool[] blocked, Int128[] costs)
    {
        var steps = Enumerable.Range(0, costs.Length).Where(t => !blocked[t]).ToArray();
        if (steps.Length < count)
            return null;
        Array.Sort(steps, (a, b) => costs[a] != costs[b] ? costs[a].CompareTo(costs[b]) : a.CompareTo(b));
        var best = steps[..count];
        Array.Sort(best);
        return best;
    }
}
