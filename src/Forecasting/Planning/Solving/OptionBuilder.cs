using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Planning.Solving;

/// <summary>Steps as an option, in units.</summary>
internal static class OptionBuilder
{
    public static PlanOption Build(PlanRequest request, ZoneWindow window, Coefficients coefficients, Found found)
    {
        var (steps, energy, now) = (found.Steps!, window.Energy, Enumerable.Range(0, request.Duration).ToArray());
        var (cost, nowCost) = (energy.Sum(steps, window.Costs), energy.Sum(now, window.Costs));
        var pue = window.Zone.PueThousandths / 1_000.0;
        var kwh = (double)energy.UnitJoules / PowerProfile.JoulesPerKwh;
        // A weight has no unit: its cost is for steps of the mean energy.
        var factor = coefficients.Factor * pue * (request.Objective is PlanObjective.Weighted ? request.Duration / (double)energy.Total : kwh);
        var carbon = energy.Sum(steps, window.Carbon);
        return new PlanOption
        {
            ZoneId = window.Zone.Id,
            Runs = StepRange.Of(steps.Select(step => window.Window.Begin + step)),
            ExactCost = cost * window.Zone.PueThousandths,
            Cost = (double)cost * factor,
            NowCost = (double)nowCost * factor,
            SavingPercent = Saving.Percent(nowCost, cost),
            EnergyKwh = (double)energy.Used(steps) * kwh * pue,
            CarbonGrams = (double)carbon * kwh * pue / SeriesScale.Carbon,
            NowCarbonGrams = (double)energy.Sum(now, window.Carbon) * kwh * pue / SeriesScale.Carbon,
            MeanCarbon = (double)carbon / (double)energy.Used(steps) / SeriesScale.Carbon,
            PriceGbp = window.Price is { } price ? (double)energy.Sum(steps, price) * kwh * pue / SeriesScale.Price / 1_000 : null,
            IsNow = steps[^1] == request.Duration - 1,
            GapPercent = found.IsProven ? 0 : Math.Max(0, Saving.Percent(cost, found.LowerBound)),
        };
    }
}
