using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using LibraryObjective = Pylon.Forecasting.Planning.Requests.PlanObjective;

namespace Pylon.Orchestrator.Planning;

/// <summary>The planner's choices as messages. Pure.</summary>
internal sealed class PlanAnswers(Places places, PlanningOptions options)
{
    private const int MostCurve = 1000;

    public Plan Of(PlanOption option, Job job)
    {
        var place = places.Named(option.ZoneId);
        var end = job.End(places.Count);
        var plan = new Plan
        {
            JobId = job.Id,
            Zone = option.ZoneId,
            StartStep = option.First,
            EndStep = option.End,
            Window = places.WindowOf(option.First, option.End),
            Carbon = Figure(place.Carbon.Series, SeriesScale.Carbon, option, job),
            Price = place.Price is null ? null : Figure(place.Price.Series, SeriesScale.Price, option, job),
            Objective = Kind(job.Request.Objective),
            Cost = option.Cost,
            NowCost = option.NowCost,
            SavingPercent = option.SavingPercent,
            Energy = job.HasEnergy ? Energy(option, job, place) : null,
            StartsNow = option.IsNow,
            WindowFirstStep = job.Begin,
            WindowEndStep = end,
            CutAtSeriesEnd = job.WantedEnd > places.Count,
            GapPercent = option.GapPercent,
        };
        plan.Pieces.AddRange(option.Runs.Select(run => new PlanPiece { FirstStep = run.From, Steps = run.Count, Window = places.WindowOf(run.From, run.To) }));
        return plan;
    }

    /// <summary>The carbon intensity of the candidate window.</summary>
    public static IEnumerable<double> Curve(Plan plan, Place place)
    {
        var end = Math.Min(plan.WindowEndStep, plan.WindowFirstStep + MostCurve);
        return Enumerable.Range(plan.WindowFirstStep, Math.Max(0, end - plan.WindowFirstStep)).Select(step => place.Carbon.Series.Values[step] / (double)SeriesScale.Carbon);
    }

    /// <summary>Why a job has no plan.</summary>
    public static PlanError Error(Refusal refusal)
    {
        var error = new PlanError
        {
            Reason = refusal.Reason,
            Message = refusal.Message,
            Field = refusal.Violations.Count > 0 ? refusal.Violations[0].Field : "",
        };
        foreach (var (name, value) in refusal.Metadata)
            error.Metadata[name] = value;
        return error;
    }

    private static PlanFigure Figure(Forecasting.Planning.Series.PlanSeries series, int scale, PlanOption option, Job job)
    {
        var (begin, duration) = (job.Begin, job.Request.Duration);
        var sum = option.Runs.Sum(run => series.Sum(run.From, run.To));
        var now = series.Sum(Math.Min(begin, series.Count), Math.Min(begin + duration, series.Count));
        return new PlanFigure
        {
            Sum = sum / (double)scale,
            Mean = sum / (double)scale / duration,
            NowSum = now / (double)scale,
            NowMean = now / (double)scale / duration,
            SavingPercent = Saving.Percent(now, sum),
        };
    }

    private PlanEnergy Energy(PlanOption option, Job job, Place place)
    {
        var energy = new PlanEnergy
        {
            EnergyKwh = option.EnergyKwh,
            Assumed = job.GpuMins is not null,
            EmissionsGco2 = option.CarbonGrams,
            NowEmissionsGco2 = option.NowCarbonGrams,
            Basis = job.GpuMins is { } minutes
                ? string.Create(CultureInfo.InvariantCulture, $"{minutes} GPU minutes × {options.GpuKw} kW × PUE {place.Zone.PueThousandths / 1000.0}")
                : string.Create(CultureInfo.InvariantCulture, $"as given × PUE {place.Zone.PueThousandths / 1000.0}"),
        };
        if (option.PriceGbp is { } price)
            energy.CostGbp = price;
        return energy;
    }

    private static PlanObjectiveKind Kind(LibraryObjective objective) => objective switch
    {
        LibraryObjective.Carbon => PlanObjectiveKind.Carbon,
        LibraryObjective.Price => PlanObjectiveKind.Price,
        LibraryObjective.Weighted => PlanObjectiveKind.Weighted,
        _ => PlanObjectiveKind.Money,
    };
}
