using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;
using Given = Pylon.Orchestrator.V1.PlanLimits;
using PlanLimits = Pylon.Forecasting.Planning.Requests.PlanLimits;

namespace Pylon.Orchestrator.Planning;

/// <summary>Reads the limits of a job. Pure.</summary>
internal sealed class LimitReader(Places places, PlanningOptions options)
{
    private const int MostSteps = Forecasting.Planning.Series.PlanSeries.MaxSteps;
    private const int MostBlackouts = 1000;
    private const double MostAmount = 1_000_000_000_000;

    public PlanLimits Read(Given given, bool hasEnergy, string field)
    {
        if (!hasEnergy && (given.HasMaxTotalGco2 || given.HasMaxPriceGbp))
            throw Refusal.InvalidArgument($"{field}.{(given.HasMaxTotalGco2 ? "max_total_gco2" : "max_price_gbp")}", "must be absent for a job without power_kw, energy_kwh or gpu_mins").AsException();
        if (given.HasMaxPriceGbp && !places.HavePrices)
            throw Refusal.InvalidArgument($"{field}.max_price_gbp", "must be absent unless every place has a price").AsException();
        return new PlanLimits
        {
            EarliestStart = given.EarliestCase switch
            {
                Given.EarliestOneofCase.EarliestStep => Field.Range(given.EarliestStep, $"{field}.earliest_step", 0, MostSteps),
                Given.EarliestOneofCase.EarliestStart => places.FirstStepFrom(given.EarliestStart, $"{field}.earliest_start"),
                _ => null,
            },
            Deadline = given.LatestCase switch
            {
                Given.LatestOneofCase.DeadlineStep => Field.Range(given.DeadlineStep, $"{field}.deadline_step", 0, MostSteps),
                Given.LatestOneofCase.Deadline => places.StepsUntil(given.Deadline, $"{field}.deadline"),
                _ => null,
            },
            MaxDelay = Delay(given, field),
            MaxMeanCarbon = Amount(given.HasMaxMeanGco2Kwh, given.MaxMeanGco2Kwh, $"{field}.max_mean_gco2_kwh"),
            CarbonCap = Amount(given.HasCarbonCapGco2Kwh, given.CarbonCapGco2Kwh, $"{field}.carbon_cap_gco2_kwh"),
            MaxTotalCarbon = Amount(given.HasMaxTotalGco2, given.MaxTotalGco2, $"{field}.max_total_gco2"),
            MaxPrice = Amount(given.HasMaxPriceGbp, given.MaxPriceGbp, $"{field}.max_price_gbp"),
            MinSaving = given.HasMinSavingPercent ? (decimal)Field.Range(given.MinSavingPercent, $"{field}.min_saving_percent", 0, 100) : null,
            AllowedZones = given.AllowedZones.Count == 0 ? null : Names(given.AllowedZones, $"{field}.allowed_zones"),
            BlockedZones = Names(given.BlockedZones, $"{field}.blocked_zones"),
            Blackouts = Blackouts(given.Blackouts, $"{field}.blackouts"),
        };
    }

    private int? Delay(Given given, string field) => given.DelayCase switch
    {
        Given.DelayOneofCase.MaxDelaySteps => Field.Range(given.MaxDelaySteps, $"{field}.max_delay_steps", 0, MostSteps),
        Given.DelayOneofCase.MaxDelay => places.WholeSteps(given.MaxDelay, $"{field}.max_delay"),
        Given.DelayOneofCase.Urgency => Field.Known(given.Urgency, $"{field}.urgency") switch
        {
            Urgency.Critical => 0,
            Urgency.High => places.WholeSteps(options.HighDelay),
            Urgency.Medium => places.WholeSteps(options.MediumDelay),
            Urgency.Low => places.WholeSteps(options.LowDelay),
            _ => throw Refusal.InvalidArgument($"{field}.urgency", "must be URGENCY_CRITICAL, URGENCY_HIGH, URGENCY_MEDIUM or URGENCY_LOW").AsException(),
        },
        _ => null,
    };

    private static decimal? Amount(bool isGiven, double value, string field) => isGiven ? (decimal)Field.Range(value, field, 0, MostAmount) : null;

    private string[] Names(IReadOnlyList<string> names, string field)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (places.All.All(place => place.Name != names[i]))
                throw Refusal.InvalidArgument($"{field}[{i}]", "must be the zone of one of the places").AsException();
        }

        return [.. names];
    }

    private List<StepRange> Blackouts(IReadOnlyList<PlanBlackout> given, string field)
    {
        if (given.Count > MostBlackouts)
            throw Refusal.InvalidArgument(field, $"must be at most {MostBlackouts}").AsException();
        // One that lies outside of the series changes nothing.
        return [.. given.Select((blackout, i) => Blackout(blackout, $"{field}[{i}]")).Where(range => range.Count > 0)];
    }

    private StepRange Blackout(PlanBlackout given, string field)
    {
        if (given.Window is { } window)
            return Blackout(window, $"{field}.window");
        var first = Field.Range(given.FirstStep, $"{field}.first_step", 0, MostSteps);
        return new StepRange(first, Field.Range(given.EndStep, $"{field}.end_step", first + 1, MostSteps + 1));
    }

    private StepRange Blackout(Window window, string field)
    {
        var (start, end) = (Times.Required(window.StartTime, $"{field}.start_time"), Times.Required(window.EndTime, $"{field}.end_time"));
        if (end <= start)
            throw Refusal.InvalidArgument($"{field}.end_time", "must be later than start_time").AsException();
        return new StepRange(places.StepsUntil(window.StartTime, $"{field}.start_time"), places.FirstStepFrom(window.EndTime, $"{field}.end_time"));
    }
}
