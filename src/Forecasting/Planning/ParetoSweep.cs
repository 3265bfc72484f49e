using Pylon.Forecasting.Planning.Requests;

namespace Pylon.Forecasting.Planning;

/// <summary>
/// All plans that are best for some weight of carbon against price, to a millionth: the best plan changes only where two of
/// them cost the same, so the sweep goes from crossing to crossing.
/// </summary>
/// <remarks>Aneja, Nair: Bicriteria transportation problem, 1979.</remarks>
internal sealed class ParetoSweep(PlanRequest request, CancellationToken cancellationToken)
{
    private const int MostPlans = 500;
    private const int Million = 1_000_000;

    private readonly SortedDictionary<int, PlanOption> _best = [];
    private double _perGram;
    private double _perGbp;

    public ParetoResult Run()
    {
        foreach (var weight in new[] { 0, Million })
        {
            if (Plan(weight) is not PlanResult.Planned planned)
                return new ParetoResult.NoPlan(Plan(weight));
            _best[weight] = planned.Best;
        }

        var (price, carbon) = (_best[0], _best[Million]);
        (_perGbp, _perGram) = (price.Cost / price.PriceGbp!.Value, carbon.CarbonGrams > 0 ? carbon.Cost / carbon.CarbonGrams : 0);
        var isComplete = Sweep(0, Million);
        return new ParetoResult.Front(Points(), isComplete);
    }

    private bool Sweep(int low, int high)
    {
        if (high - low <= 1 || IsSame(_best[low], _best[high]))
            return true;
        if (_best.Count >= MostPlans)
            return false;
        var middle = Crossing(low, high);
        if (Plan(middle) is not PlanResult.Planned planned)
            return false;
        _best[middle] = planned.Best;
        return Sweep(low, middle) & Sweep(middle, high);
    }

    // Where w·grams + (1 - w)·GBP of both plans are the same, each in the unit of the weighted cost.
    private int Crossing(int low, int high)
    {
        var (cheap, clean) = (_best[low], _best[high]);
        var price = _perGbp * (clean.PriceGbp!.Value - cheap.PriceGbp!.Value);
        var carbon = _perGram * (cheap.CarbonGrams - clean.CarbonGrams);
        var weight = price + carbon > 0 ? Million * price / (price + carbon) : (low + high) / 2.0;
        return Math.Clamp((int)Math.Round(weight), low + 1, high - 1);
    }

    private List<ParetoPoint> Points()
    {
        var points = new List<ParetoPoint>();
        foreach (var (weight, option) in _best)
        {
            if (points.Count > 0 && IsSame(points[^1].Option, option))
                points[^1] = points[^1] with { ToWeight = weight };
            else
                points.Add(new ParetoPoint(weight, weight, option));
        }

        return points;
    }

    private PlanResult Plan(int weight) => Planner.Plan(request with { Objective = new PlanObjective.Weighted(weight), RunnersUp = 0 }, cancellationToken);

    private static bool IsSame(PlanOption a, PlanOption b) => string.Equals(a.ZoneId, b.ZoneId, StringComparison.Ordinal) && a.Runs.SequenceEqual(b.Runs);
}
