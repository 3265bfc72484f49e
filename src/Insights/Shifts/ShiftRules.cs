using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Pylon.Forecasting.Planning;
using Pylon.Orchestrator.V1;

namespace Pylon.Insights.Shifts;

/// <summary>Which shifts are worth a proposal. Pure.</summary>
internal static class ShiftRules
{
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    /// <summary>
    /// What the planner is asked for a workload: where and when it runs now, the best time and place that it may run at, and
    /// what is proposed already. Empty when it has no place in a known region.
    /// </summary>
    public static IReadOnlyList<PlanJob> Jobs(ShiftableWorkload workload, ProposalRow? open, DateTimeOffset now)
    {
        if (RegionOf(workload) is not { } region)
            return [];
        var start = StartOf(workload, now);
        var before = Job(workload, "before", start);
        before.Limits = At(region);
        var after = Job(workload, "after", HalfHourOf(now));
        after.Limits = new PlanLimits { AllowedZones = { workload.Places.Select(p => ZoneOf(p.RegionId)).Distinct(StringComparer.Ordinal) } };
        if (workload.LatestStart is { } latest)
        {
            // What is to begin now may begin now, however late that is.
            var last = latest.ToDateTimeOffset() < start ? start : latest.ToDateTimeOffset();
            after.Limits.Deadline = (last + workload.Duration.ToTimeSpan()).ToTimestamp();
        }

        if (open is null)
            return [before, after];
        var proposed = Job(workload, "proposed", new DateTimeOffset(open.StartTime));
        proposed.Limits = At(open.RegionId);
        return [before, after, proposed];
    }

    /// <summary>The plan to propose: what is proposed already stays until a new forecast changes its emissions much.</summary>
    /// <param name="best">By the forecast of now.</param>
    /// <param name="open">Null when nothing is proposed.</param>
    /// <param name="proposed">What is proposed, by the forecast of now; null when it is no longer possible.</param>
    /// <param name="now">The time.</param>
    public static Plan Chosen(Plan best, ProposalRow? open, Plan? proposed, DateTimeOffset now) =>
        open is null || proposed is null || ReplanRule.Default.IsDue(open.AfterKg, proposed.Energy.EmissionsGco2 / 1000, hasStarted: false, now - new DateTimeOffset(open.PlannedAt))
            ? best
            : proposed;

    /// <summary>The proposal, or why there is none.</summary>
    /// <param name="workload">As it is now.</param>
    /// <param name="before">Its plan as it is now.</param>
    /// <param name="after">The best plan for it.</param>
    /// <param name="options">What is worth a proposal.</param>
    public static (Proposal? Proposal, string LeftOut) Judge(ShiftableWorkload workload, Plan before, Plan after, ShiftOptions options)
    {
        var (beforeKg, afterKg) = (before.Energy.EmissionsGco2 / 1000, after.Energy.EmissionsGco2 / 1000);
        var (kg, percent) = (beforeKg - afterKg, beforeKg > 0 ? (beforeKg - afterKg) / beforeKg * 100 : 0);
        if (after.Zone == before.Zone && after.Window.Equals(before.Window))
            return (null, "it runs at the best time and place");
        // A product of doubles is not exact: a saving of 1 kg is one of 1 kg.
        if (kg < options.MinSavingKg * (1 - 1e-9) || percent < options.MinSavingPercent * (1 - 1e-9))
            return (null, string.Create(CultureInfo.InvariantCulture, $"it would save less than {options.MinSavingPercent:0.##} % or {options.MinSavingKg:0.##} kg"));
        var places = workload.Places.Where(p => ZoneOf(p.RegionId) == after.Zone).ToList();
        var place = places.FirstOrDefault(p => p.Option == workload.Option) ?? places[0];
        return (new Proposal(
            Guid.Parse(workload.Id),
            workload.WorkloadName,
            before.Window.StartTime.ToDateTimeOffset(),
            before.Window.EndTime.ToDateTimeOffset(),
            RegionOf(workload)!.Value,
            place.Option,
            after.Window.StartTime.ToDateTimeOffset(),
            after.Window.EndTime.ToDateTimeOffset(),
            place.RegionId,
            workload.EnergyKwh,
            workload.EnergyBasis,
            beforeKg,
            afterKg,
            kg * options.CapturedShare), "");
    }

    /// <summary>The name of a region in a plan.</summary>
    public static string ZoneOf(int regionId) => string.Create(CultureInfo.InvariantCulture, $"region-{regionId}");

    public static DateTimeOffset HalfHourOf(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % HalfHour.Ticks), TimeSpan.Zero);

    // A window that has begun: the rest of the work begins now.
    private static DateTimeOffset StartOf(ShiftableWorkload workload, DateTimeOffset now)
    {
        var (planned, earliest) = (HalfHourOf(workload.Window.StartTime.ToDateTimeOffset()), HalfHourOf(now));
        return planned < earliest ? earliest : planned;
    }

    private static int? RegionOf(ShiftableWorkload workload) => workload.Places.FirstOrDefault(p => p.Option == workload.Option)?.RegionId;

    private static PlanLimits At(int region) => new() { AllowedZones = { ZoneOf(region) }, MaxDelay = Duration.FromTimeSpan(TimeSpan.Zero) };

    private static PlanJob Job(ShiftableWorkload workload, string id, DateTimeOffset arrival) => new()
    {
        JobId = id,
        ArrivalTime = arrival.ToTimestamp(),
        Duration = workload.Duration,
        EnergyKwh = workload.EnergyKwh,
        Objective = new PlanObjective { Kind = PlanObjectiveKind.Carbon },
    };
}
