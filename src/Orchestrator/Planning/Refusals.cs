using System.Globalization;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Planning;

/// <summary>Why there is no plan, for the caller.</summary>
internal static class Refusals
{
    public const string SeriesTooShort = "SERIES_TOO_SHORT";
    private const int MostGapsTold = 20;

    // The planner's names of what this API names otherwise.
    private static readonly Dictionary<string, string> Fields = new(StringComparer.Ordinal)
    {
        ["min_piece"] = "min_piece_steps",
        ["restart_energy"] = "restart_energy_kwh",
        ["power"] = "power_kw",
        ["earliest_start"] = "limits.earliest_step",
        ["deadline"] = "limits.deadline_step",
        ["max_delay"] = "limits.max_delay_steps",
        ["min_saving_pct"] = "limits.min_saving_percent",
        ["blackouts"] = "limits.blackouts",
        ["max_mean_g"] = "limits.max_mean_gco2_kwh",
        ["carbon_cap_gco2"] = "limits.carbon_cap_gco2_kwh",
        ["max_total_gco2"] = "limits.max_total_gco2",
        ["max_price_gbp"] = "limits.max_price_gbp",
    };

    public static Refusal IngestionUnreachable { get; } =
        Refusal.Unavailable("INGESTION_UNAVAILABLE", "Ingestion is unreachable: stored series and forecasts cannot be read.", TimeSpan.FromSeconds(1));

    public static Refusal TooShort(int steps, int needed, string message) => Refusal.FailedPrecondition(SeriesTooShort, message) with
    {
        Metadata = Facts(("steps", $"{steps}"), ("needed", $"{needed}")),
    };

    /// <summary>The planner's own refusal of a job.</summary>
    public static Refusal Of(PlanRefusal refusal, Job job, Places places, string field)
    {
        var left = Math.Max(0, places.Count - job.Request.Arrival);
        if (refusal.Reason == PlanRefusal.SeriesTooShort)
            return TooShort(left, job.Request.Duration, $"The series has {left} steps from the arrival on, and the job needs {job.Request.Duration}.");
        return refusal.Field.StartsWith("zones", StringComparison.Ordinal)
            ? Refusal.InvalidArgument("places" + refusal.Field["zones".Length..], refusal.Rule)
            : Refusal.InvalidArgument($"{field}.{Fields.GetValueOrDefault(refusal.Field, refusal.Field)}", refusal.Rule);
    }

    /// <summary>Half hours of the candidate window have no value.</summary>
    public static Refusal Gaps(Place place, PreparedSeries series, int first, int end)
    {
        var (from, to) = (first * series.Factor, end * series.Factor);
        var gaps = series.Values.Gaps.Where(gap => !gap.IsFilled && gap.First < to && gap.First + gap.Count > from).ToList();
        var missing = gaps.Sum(gap => Math.Min(to, gap.First + gap.Count) - Math.Max(from, gap.First));
        var told = string.Join(", ", gaps.Take(MostGapsTold).Select(gap => Period(series.Values, gap.First, gap.First + gap.Count)));
        return Refusal.FailedPrecondition("SERIES_HAS_GAPS", $"Place {place.Name} has no value for {missing} half hours of the candidate window: {told}. PLAN_GAPS_FILL fills gaps of at most 24 hours.") with
        {
            Metadata = Facts(("zone", place.Name), ("half_hours_missing", $"{missing}"), ("missing", told)),
        };
    }

    /// <summary>No steps keep to the limits.</summary>
    public static Refusal NoWindow(PlanResult.Infeasible found, Job job, Places places)
    {
        var binding = string.Join(", ", found.Binding.Select(Name));
        var facts = new Dictionary<string, string>(StringComparer.Ordinal) { ["binding"] = binding, ["proven"] = found.IsProven ? "true" : "false" };
        foreach (var relaxation in found.Relaxations)
            facts.TryAdd($"relax_{Name(relaxation.Limit)}", Value(relaxation, places));
        var nearest = string.Join("; or ", found.Relaxations.Select(relaxation => Words(relaxation, job, places)));
        if (nearest.Length > 0)
            facts["nearest"] = nearest;
        var message = $"No window keeps to the limits; in the way: {(binding.Length > 0 ? binding : "all of them together")}.{(nearest.Length > 0 ? $" Enough would be: {nearest}." : "")}";
        return Refusal.FailedPrecondition(PlanResult.Infeasible.Reason, message) with { Metadata = facts };
    }

    private static string Words(Relaxation relaxation, Job job, Places places)
    {
        var value = Value(relaxation, places);
        var was = relaxation.Limit switch
        {
            PlanLimit.Deadline => job.Request.Limits.Deadline,
            PlanLimit.Slack => job.Request.Slack,
            PlanLimit.MaxDelay => job.Request.Limits.MaxDelay,
            PlanLimit.EarliestStart => job.Request.Limits.EarliestStart,
            _ => null,
        };
        return was is { } before && relaxation.Steps is { } now && now != before
            ? $"{Name(relaxation.Limit)} {(now > before ? "+" : "-")}{Hours(places.Step * Math.Abs(now - before))} ({value})"
            : $"{Name(relaxation.Limit)} {value}";
    }

    private static string Value(Relaxation relaxation, Places places) => relaxation switch
    {
        { Steps: { } step, Limit: PlanLimit.Deadline or PlanLimit.EarliestStart } when places.WindowOf(step, step) is { } at => $"{at.StartTime.ToDateTimeOffset():yyyy-MM-dd'T'HH:mm:ss'Z'}",
        { Steps: { } steps } => $"{steps}",
        { Value: { } value } => value.ToString(CultureInfo.InvariantCulture),
        { ZoneId: { } zone } => zone,
        { Blackout: { } blackout } => $"without {blackout.From}-{blackout.To}",
        _ => "none",
    };

    private static string Name(PlanLimit limit) => limit switch
    {
        PlanLimit.Deadline => "deadline",
        PlanLimit.Slack => "slack",
        PlanLimit.MaxDelay => "max_delay",
        PlanLimit.EarliestStart => "earliest_start",
        PlanLimit.Blackouts => "blackouts",
        PlanLimit.MaxMeanCarbon => "max_mean_gco2_kwh",
        PlanLimit.CarbonCap => "carbon_cap_gco2_kwh",
        PlanLimit.MaxTotalCarbon => "max_total_gco2",
        PlanLimit.MaxPrice => "max_price_gbp",
        _ => "zones",
    };

    private static string Hours(TimeSpan time) => time.TotalHours.ToString("0.##", CultureInfo.InvariantCulture) + " h";

    private static string Period(StepValues values, int first, int end) => values.Start is { } start
        ? $"{start + (first * values.Step):yyyy-MM-dd'T'HH:mm'Z'}/{start + (end * values.Step):yyyy-MM-dd'T'HH:mm'Z'}"
        : $"{first}-{end}";

    private static Dictionary<string, string> Facts(params ReadOnlySpan<(string Name, string Value)> facts)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in facts)
            all[name] = value;
        return all;
    }
}
