using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Constraints;

/// <summary>All that limits the places and times for a workload. A limit that is null does not limit.</summary>
internal sealed record Limits
{
    public required JobEnergy Energy { get; init; }
    public required DateTimeOffset SubmittedAt { get; init; }

    /// <summary>gCO2/kWh.</summary>
    public double? CarbonCap { get; init; }

    /// <summary>gCO2 of the whole job.</summary>
    public double? MaxTotalGco2 { get; init; }

    /// <summary>GBP of the whole job.</summary>
    public double? MaxPriceGbp { get; init; }

    public DateTimeOffset? Deadline { get; init; }

    /// <summary>Minutes from the submission to the start.</summary>
    public double? DelayMins { get; init; }

    public double? LoadMw { get; init; }

    public OperatorLimits? Operator { get; init; }

    public static Limits Of(WorkloadRecord workload, ConstraintContext context, ConstraintOptions options) => new()
    {
        Energy = JobEnergy.Of(workload, context.Pue, options),
        SubmittedAt = workload.SubmittedAt,
        CarbonCap = workload.CarbonCapGco2,
        MaxTotalGco2 = workload.MaxTotalGco2,
        // The options of a synthetic workload come from grid data, which have no price.
        MaxPriceGbp = workload.IsSynthetic ? null : workload.MaxPriceGbp,
        Deadline = workload.Deadline,
        DelayMins = workload.DeferralWindowMins ?? options.DelayOf(workload.Urgency)?.TotalMinutes,
        LoadMw = workload.ComputeLoadMw,
        Operator = context.Operator,
    };

    /// <summary>The highest carbon intensity that can pass, for the filter of DISCOVER; null when nothing limits it.</summary>
    public double? MaxCarbonIntensity => new[]
    {
        CarbonCap, Operator?.MaxCarbonIntensity, Energy.Kwh is { } kwh ? MaxTotalGco2 / kwh : null,
    }.Min();

    /// <summary>The same limits with another value of a constraint: Unix milliseconds for the deadline; null removes it.</summary>
    public Limits With(Constraint constraint, double? value) => constraint switch
    {
        Constraint.CarbonCap => this with { CarbonCap = value },
        Constraint.MaxTotalGco2 => this with { MaxTotalGco2 = value },
        Constraint.MaxPrice => this with { MaxPriceGbp = value },
        Constraint.Deadline => this with { Deadline = value is { } time ? DateTimeOffset.FromUnixTimeMilliseconds((long)time) : null },
        Constraint.Delay => this with { DelayMins = value },
        // An assumed energy of the load stays that of the load.
        Constraint.Load => this with { LoadMw = value },
        Constraint.Operator when value is null => this with { Operator = null },
        _ => throw new ArgumentOutOfRangeException(nameof(constraint)),
    };

    public double? ValueOf(Constraint constraint) => constraint switch
    {
        Constraint.CarbonCap => CarbonCap,
        Constraint.MaxTotalGco2 => MaxTotalGco2,
        Constraint.MaxPrice => MaxPriceGbp,
        Constraint.Deadline => Deadline?.ToUnixTimeMilliseconds(),
        Constraint.Delay => DelayMins,
        Constraint.Load => LoadMw,
        _ => null,
    };
}
