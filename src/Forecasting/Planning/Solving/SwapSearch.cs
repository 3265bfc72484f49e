namespace Pylon.Forecasting.Planning.Solving;

/// <summary>Makes steps within limits on sums cheaper: one chosen step for another one, as long as that helps.</summary>
internal static class SwapSearch
{
    private const long MostTries = 5_000_000;

    public static int[] Improve(ZoneWindow window, int[] steps)
    {
        var (power, chosen) = ((Int128)window.Energy.PerStep[0], steps.ToArray());
        var room = window.Limits.Select(limit => limit.Bound - window.Energy.Sum(steps, limit.Values)).ToArray();
        var others = Enumerable.Range(0, window.Length).Where(t => !window.Blocked[t]).Except(steps).OrderBy(t => window.Costs[t]).ToArray();
        for (long tries = 0; tries < MostTries; tries += (long)chosen.Length * others.Length)
        {
            if (Best() is not (var from, var to))
                break;
            for (var n = 0; n < room.Length; n++)
                room[n] -= power * (window.Limits[n].Values[others[to]] - window.Limits[n].Values[chosen[from]]);
            (chosen[from], others[to]) = (others[to], chosen[from]);
        }

        Array.Sort(chosen);
        return chosen;

        (int From, int To)? Best()
        {
            (int, int)? best = null;
            var least = Int128.Zero;
            for (var from = 0; from < chosen.Length; from++)
            {
                for (var to = 0; to < others.Length; to++)
                {
                    var change = window.Costs[others[to]] - window.Costs[chosen[from]];
                    if (change < least && Fits(chosen[from], others[to]))
                        (best, least) = ((from, to), change);
                }
            }

            return best;
        }

        bool Fits(int from, int to)
        {
            for (var n = 0; n < room.Length; n++)
            {
                if (power * (window.Limits[n].Values[to] - window.Limits[n].Values[from]) > room[n])
                    return false;
            }

            return true;
        }
    }
}
