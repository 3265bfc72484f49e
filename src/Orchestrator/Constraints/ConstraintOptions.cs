using System.ComponentModel.DataAnnotations;

namespace Pylon.Orchestrator.Constraints;

/// <summary>What is assumed of a workload that does not tell it. Section Constraints.</summary>
internal sealed class ConstraintOptions
{
    /// <summary>kW that a GPU draws, for a workload that tells GPU minutes and no energy.</summary>
    [Range(0.001, 1000)]
    public double GpuKilowatts { get; set; } = 0.7;

    /// <summary>Power usage effectiveness for the same: energy of the whole site for each kWh of computers. A known data centre has its own.</summary>
    [Range(1, 3)]
    public double Pue { get; set; } = 1.5;

    /// <summary>GPU minutes of a workload that tells neither an energy, nor GPU minutes, nor a load.</summary>
    [Range(1, 1_000_000)]
    public int DefaultGpuMins { get; set; } = 60;

    /// <summary>The longest delay of the start of CRITICAL work.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00")]
    public TimeSpan CriticalDelay { get; set; } = TimeSpan.Zero;

    /// <summary>The longest delay of the start of HIGH work.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00")]
    public TimeSpan HighDelay { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>The longest delay of the start of MEDIUM work.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00")]
    public TimeSpan MediumDelay { get; set; } = TimeSpan.FromMinutes(120);

    /// <summary>The longest delay of the start of LOW work.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "366.00:00:00")]
    public TimeSpan LowDelay { get; set; } = TimeSpan.FromMinutes(360);

    /// <summary>Null without an urgency: no limit.</summary>
    public TimeSpan? DelayOf(string? urgency) => urgency switch
    {
        "CRITICAL" => CriticalDelay,
        "HIGH" => HighDelay,
        "MEDIUM" => MediumDelay,
        "LOW" => LowDelay,
        _ => null,
    };
}
