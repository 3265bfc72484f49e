namespace Pylon.Forecasting.Planning.Solving;

/// <summary>
/// Any steps at the same power under limits on sums: steps are taken or left in the order of their combined value, and a
/// branch ends when even the next ones in that order cost more than the best found. Exact within its bound of visits; past
/// it the best found and the lower bound are told.
/// </summary>
internal sealed class BranchSearch
{
    private const int MostVisits = 500_000;

    private readonly ZoneWindow _window;
    private readonly Int128 _power;
    private readonly Int128 _ofCost;
    private readonly Int128 _ofBounds;
    private readonly Int128 _lowerBound;
    private readonly int[] _order;
    private readonly Int128[] _prefix;
    private readonly Int128[] _costs;
    private readonly Int128[][] _values;
    private readonly Int128[][] _least;

    public BranchSearch(ZoneWindow window, Multipliers multipliers, Int128 lowerBound)
    {
        (_window, _lowerBound, _power) = (window, lowerBound, window.Energy.PerStep[0]);
        (_ofCost, _ofBounds) = (multipliers.OfCost, multipliers.OfBounds(window.Limits));
        var combined = multipliers.Combine(window);
        _order = Order(combined);
        _prefix = new Int128[_order.Length + 1];
        for (var n = 0; n < _order.Length; n++)
            _prefix[n + 1] = _prefix[n] + (_power * combined[_order[n]]);
        _costs = Ordered(window.Costs);
        _values = [.. window.Limits.Select(limit => Ordered(limit.Values))];
        _least = [.. _values.Select(LeastFrom)];
    }

    /// <param name="best">Found before, if any.</param>
    public Found Run(int[]? best)
    {
        var count = _window.Energy.PerStep.Length;
        var bestCost = best is null ? Int128.MaxValue : _window.Energy.Sum(best, _window.Costs);
        var (taken, sums, cost, combined) = (new Stack<int>(count), new Int128[_values.Length], Int128.Zero, Int128.Zero);
        var next = 0;
        for (var visit = 0; visit < MostVisits; visit++)
        {
            if (taken.Count == count)
                Keep();
            if (taken.Count < count && CanEndWell())
            {
                Add(next, 1);
                taken.Push(next++);
                continue;
            }

            if (!taken.TryPop(out var last))
                return new Found(best, bestCost, true);
            Add(last, -1);
            next = AfterEqualsOf(last);
        }

        return new Found(best, _lowerBound, best is not null && bestCost <= _lowerBound);

        void Add(int place, int sign)
        {
            cost += sign * _costs[place];
            combined += sign * (_prefix[place + 1] - _prefix[place]);
            for (var n = 0; n < sums.Length; n++)
                sums[n] += sign * _values[n][place];
        }

        bool CanEndWell()
        {
            var missing = count - taken.Count;
            if (next + missing > _order.Length)
                return false;
            if (best is not null && combined + _prefix[next + missing] - _prefix[next] - _ofBounds > _ofCost * bestCost)
                return false;
            for (var n = 0; n < sums.Length; n++)
            {
                if (sums[n] + (missing * _least[n][next]) > _window.Limits[n].Bound)
                    return false;
            }

            return true;
        }

        void Keep()
        {
            if (cost > bestCost || sums.Where((sum, n) => sum > _window.Limits[n].Bound).Any())
                return;
            var steps = taken.Select(place => _order[place]).Order().ToArray();
            if (cost < bestCost || steps.AsSpan().SequenceCompareTo(best) < 0)
                (best, bestCost) = (steps, cost);
        }
    }

    private int[] Order(Int128[] combined)
    {
        var order = Enumerable.Range(0, _window.Length).Where(t => !_window.Blocked[t]).ToArray();
        Array.Sort(order, (a, b) => Compare(combined, a, b) is not 0 and var one ? one : Compare(_window.Costs, a, b) is not 0 and var two ? two : CompareLimits(a, b));
        return order;
    }

    private int CompareLimits(int a, int b)
    {
        foreach (var limit in _window.Limits)
        {
            if (Compare(limit.Values, a, b) is not 0 and var order)
                return order;
        }

        return a.CompareTo(b);
    }

    private static int Compare(Int128[] values, int a, int b) => values[a].CompareTo(values[b]);

    private Int128[] Ordered(Int128[] values) => Array.ConvertAll(_order, step => _power * values[step]);

    private static Int128[] LeastFrom(Int128[] values)
    {
        var least = values.ToArray();
        for (var n = least.Length - 2; n >= 0; n--)
            least[n] = Int128.Min(least[n], least[n + 1]);
        return least;
    }

    // Of steps that are equal in everything the earlier ones are taken first, so leaving one leaves the rest of them.
    private int AfterEqualsOf(int place)
    {
        var next = place + 1;
        while (next < _order.Length && _costs[next] == _costs[place] && Array.TrueForAll(_values, values => values[next] == values[place]))
            next++;
        return next;
    }
}
