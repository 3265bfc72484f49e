using Pylon.Orchestrator.Contexts;

namespace Pylon.Orchestrator.Decisions;

/// <summary>Which limits of a workload a data centre breaks now. Pure.</summary>
internal static class TaskConstraints
{
    private const double MostLoad = 95;

    /// <summary>Those that are broken, and the names of those that cannot be checked because a value is not known.</summary>
    public static (IReadOnlyList<BrokenConstraint> Broken, IReadOnlyList<string> Unchecked) Check(
        ContextTask task, ContextDataCentre centre, double? priceGbpMwh, DateTime now)
    {
        var (broken, open) = (new List<BrokenConstraint>(), new List<string>());
        if (!ContextBuilder.TakesWork(centre))
            broken.Add(new BrokenConstraint("status", centre.Status, "ACTIVE, or CONSTRAINED with a load below 80 %"));
        var energy = task.EstimatedEnergyKwh;
        AtMost("carbon_cap_gco2", centre.CurrentCarbonIntensity, task.CarbonCapGco2);
        AtMost("max_total_gco2", energy * centre.CurrentCarbonIntensity, task.MaxTotalGco2);
        AtMost("max_price_gbp", energy * priceGbpMwh / 1000, task.MaxPriceGbp);
        AtMost("load", centre.CurrentLoadPercentage + Need(task, centre), MostLoad);
        if (task.Deadline is { } deadline)
            AtMost("deadline", now.Ticks + ((double?)task.RequiredGpuMins * TimeSpan.TicksPerMinute), deadline.Ticks, ticks => new DateTime((long)Math.Min(ticks, DateTime.MaxValue.Ticks), DateTimeKind.Utc).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"));
        return (broken, open);

        void AtMost(string name, double? value, double? limit, Func<double, object>? show = null)
        {
            if (limit is not { } most)
                return;
            if (value is not { } given)
                open.Add(name);
            else if (given > most)
                broken.Add(new BrokenConstraint(name, Show(given, show), Show(most, show)));
        }
    }

    private static object Show(double value, Func<double, object>? show) => show?.Invoke(value) ?? Math.Round(value, 4);

    // In per cent of the data centre; nothing when it is not known how much the work draws.
    private static double Need(ContextTask task, ContextDataCentre centre) =>
        task.ComputeLoadMw is { } load && centre.TotalCapacityMw is > 0 and var capacity ? 100 * load / capacity : 0;
}

/// <summary>A limit of the workload that a data centre breaks.</summary>
/// <param name="Constraint">Its name: that of the column of the workload, or load or status.</param>
/// <param name="Value">What was found.</param>
/// <param name="Limit">What is allowed.</param>
internal sealed record BrokenConstraint(string Constraint, object Value, object Limit);
