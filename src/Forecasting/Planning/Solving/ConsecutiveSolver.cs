namespace Pylon.Forecasting.Planning.Solving;

/// <summary>Every start is tried: a sum for each piece of the profile and limit, by prefix sums. Exact under any limits.</summary>
internal static class ConsecutiveSolver
{
    private const int StartsOfATurn = 64;

    /// <summary>The earliest of the cheapest allowed starts; null when none is allowed.</summary>
    public static int[]? Best(ZoneWindow window, CancellationToken cancellationToken)
    {
        var duration = window.Energy.PerStep.Length;
        var costs = Prefix(window.Costs);
        var limits = window.Limits.Select(limit => (Sums: Prefix(limit.Values), limit.Bound)).ToList();
        var blocked = Prefix(Array.ConvertAll(window.Blocked, one => one ? Int128.One : 0));
        var (best, least) = (-1, Int128.MaxValue);
        for (var start = 0; start + duration <= window.Length; start++)
        {
            if (start % StartsOfATurn == 0)
                cancellationToken.ThrowIfCancellationRequested();
            if (blocked[start + duration] != blocked[start])
                continue;
            var cost = Sum(window.Energy, costs, start);
            if (cost < least && limits.TrueForAll(limit => Sum(window.Energy, limit.Sums, start) <= limit.Bound))
                (best, least) = (start, cost);
        }

        return best < 0 ? null : [.. Enumerable.Range(best, duration)];
    }

    private static Int128 Sum(JobEnergy energy, Int128[] prefix, int start)
    {
        var sum = Int128.Zero;
        foreach (var piece in energy.Pieces)
        {
            sum += piece.JoulesPerStep * (prefix[start + piece.Steps] - prefix[start]);
            start += piece.Steps;
        }

        return sum;
    }

    private static Int128[] Prefix(Int128[] values)
    {
        var prefix = new Int128[values.Length + 1];
        for (var t = 0; t < values.Length; t++)
            prefix[t + 1] = prefix[t] + values[t];
        return prefix;
    }
}
