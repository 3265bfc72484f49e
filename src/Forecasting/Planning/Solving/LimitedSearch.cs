namespace Pylon.Forecasting.Planning.Solving;

/// <summary>
/// The cheapest steps under limits on sums, by a solver that knows no such limits. Each limit gets a multiplier by which its
/// values are added to the cost; for one limit it is found by going to where the best steps that break the limit and the best
/// that keep it cost the same, until nothing lies below both. Steps of any multipliers bound the cost from below, those within
/// the limits from above.
/// </summary>
/// <remarks>Handler, Zang: A dual algorithm for the constrained shortest path problem, 1980.</remarks>
internal sealed class LimitedSearch(ZoneWindow window, Func<Int128[], int[]?> solve, CancellationToken cancellationToken)
{
    private const int MostTurns = 40;
    private const int MultiplierBits = 20;
    private const int KeptBits = 10;

    private readonly Multipliers _multipliers = new(window.Limits.Count);
    private int[]? _best;
    private Int128 _bestCost = Int128.MaxValue;
    private Int128 _lowerBound = Int128.MinValue;

    /// <param name="isFree">Any steps at the same power: a branch and bound search closes the gap.</param>
    public Found Run(bool isFree)
    {
        if (solve(window.Costs) is not { } cheapest)
            return new Found(null, 0, true);
        Offer(cheapest);
        if (_best is not null)
            return new Found(cheapest, _bestCost, true);
        _lowerBound = Cost(cheapest);
        var leasts = window.Limits.Select(limit => solve(limit.Values)!).ToList();
        for (var n = 0; n < leasts.Count; n++)
        {
            Offer(leasts[n]);
            if (Sum(leasts[n], n) > window.Limits[n].Bound)
                return new Found(null, 0, true);
        }

        // Several limits move one another's multipliers.
        for (var pass = 0; pass < (leasts.Count == 1 ? 1 : 3); pass++)
        {
            for (var n = 0; n < leasts.Count; n++)
                Tighten(n, leasts[n]);
        }

        if (!isFree)
            return new Found(_best, _lowerBound, _best is not null && _lowerBound >= _bestCost);
        return new BranchSearch(window, _multipliers, _lowerBound).Run(_best is null ? null : SwapSearch.Improve(window, _best));
    }

    private void Tighten(int n, int[] least)
    {
        _multipliers.OfLimit[n] = 0;
        var costs = _multipliers.Combine(window);
        if (solve(costs) is not { } breaks)
            return;
        Offer(breaks);
        Bound(_multipliers, costs, breaks);
        if (Sum(breaks, n) <= window.Limits[n].Bound)
            return;
        var keeps = least;
        for (var turn = 0; turn < MostTurns; turn++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (limit, own) = Multipliers.Shrink(Sum(costs, keeps) - Sum(costs, breaks), Sum(breaks, n) - Sum(keeps, n), MultiplierBits);
            var next = _multipliers.With(n, own, limit);
            var combined = next.Combine(window);
            var between = solve(combined)!;
            Offer(between);
            Bound(next, combined, between);
            if (Sum(combined, between) >= Int128.Min(Sum(combined, breaks), Sum(combined, keeps)) || turn == MostTurns - 1)
            {
                _multipliers.Take(next, KeptBits);
                return;
            }

            if (Sum(between, n) <= window.Limits[n].Bound)
                keeps = between;
            else
                breaks = between;
        }
    }

    private void Offer(int[] steps)
    {
        if (!window.IsWithinLimits(steps))
            return;
        var cost = Cost(steps);
        if (cost < _bestCost || (cost == _bestCost && steps.AsSpan().SequenceCompareTo(_best) < 0))
            (_best, _bestCost) = (steps, cost);
    }

    private void Bound(Multipliers multipliers, Int128[] combined, int[] best)
    {
        var least = Sum(combined, best) - multipliers.OfBounds(window.Limits);
        _lowerBound = Int128.Max(_lowerBound, Multipliers.DivideUp(least, multipliers.OfCost));
    }

    private Int128 Cost(int[] steps) => Sum(window.Costs, steps);

    private Int128 Sum(int[] steps, int limit) => Sum(window.Limits[limit].Values, steps);

    private Int128 Sum(Int128[] values, int[] steps) => window.Energy.Sum(steps, values);
}
