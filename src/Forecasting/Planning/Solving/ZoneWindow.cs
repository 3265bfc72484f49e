using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Planning.Solving;

/// <summary>The candidate window of one zone: what its steps cost, which are blocked, and the limits on sums. Steps count from its begin.</summary>
internal sealed class ZoneWindow
{
    // Digits of a limit on the mean beyond those of the series.
    private const int MeanScale = 10_000;

    // Of any step, so a higher limit is none.
    private const decimal MostMean = 1_000_000m;

    public ZoneWindow(PlanRequest request, PlanZone zone, SearchWindow window, Coefficients coefficients, JobEnergy energy)
    {
        (Zone, Window, Energy) = (zone, window, energy);
        Carbon = Values(zone.Carbon, window);
        Price = request.NeedsPrice() || zone.Price?.Count >= window.Begin + window.Length ? Values(zone.Price!, window) : null;
        Costs = new Int128[window.Length];
        for (var t = 0; t < Costs.Length; t++)
            Costs[t] = (coefficients.Carbon * Carbon[t]) + (coefficients.Price * (Price?[t] ?? 0));
        Blocked = Block(request.Limits);
        Limits = [.. SumLimits(request.Limits)];
    }

    public PlanZone Zone { get; }

    public SearchWindow Window { get; }

    public JobEnergy Energy { get; }

    public Int128[] Carbon { get; }

    public Int128[]? Price { get; }

    public Int128[] Costs { get; }

    public bool[] Blocked { get; }

    public IReadOnlyList<SumLimit> Limits { get; }

    public int Length => Window.Length;

    public bool IsAllowed(int[] steps) => !steps.Any(step => Blocked[step]) && IsWithinLimits(steps);

    public bool IsWithinLimits(int[] steps) => Limits.All(limit => Energy.Sum(steps, limit.Values) <= limit.Bound);

    private static Int128[] Values(PlanSeries series, SearchWindow window)
    {
        var values = new Int128[window.Length];
        for (var t = 0; t < values.Length; t++)
            values[t] = series.Values[window.Begin + t];
        return values;
    }

    private bool[] Block(PlanLimits limits)
    {
        var blocked = new bool[Length];
        foreach (var blackout in limits.Blackouts)
        {
            for (var t = Math.Max(0, blackout.From - Window.Begin); t < Math.Min(Length, blackout.To - Window.Begin); t++)
                blocked[t] = true;
        }

        if (limits.CarbonCap is { } cap)
        {
            var most = (Int128)decimal.Floor(cap * SeriesScale.Carbon);
            for (var t = 0; t < blocked.Length; t++)
                blocked[t] |= Carbon[t] > most;
        }

        return blocked;
    }

    private IEnumerable<SumLimit> SumLimits(PlanLimits limits)
    {
        if (limits.MaxMeanCarbon is { } mean)
        {
            var most = (Int128)decimal.Floor(Math.Min(mean, MostMean) * SeriesScale.Carbon * MeanScale);
            yield return new SumLimit([.. Carbon.Select(value => (value * MeanScale) - most)], 0);
        }

        if (limits.MaxTotalCarbon is { } total)
            yield return new SumLimit(Carbon, Bound(total * SeriesScale.Carbon));
        if (limits.MaxPrice is { } price)
            yield return new SumLimit(Price!, Bound(price * SeriesScale.Price * 1_000));
    }

    // From a limit on the sum of kWh × value with PUE to one on units of energy × value without.
    private Int128 Bound(decimal limit) => (Int128)decimal.Floor(limit * PowerProfile.JoulesPerKwh * 1_000 / Zone.PueThousandths / Energy.UnitJoules);
}
