using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.Shifts;

/// <summary>When a shift of work is proposed. Section Shifts.</summary>
internal sealed class ShiftOptions
{
    /// <summary>How often open hotspots are looked at.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Work that is to begin within this time is looked at.</summary>
    [Range(typeof(TimeSpan), "00:30:00", "7.00:00:00")]
    public TimeSpan Horizon { get; set; } = TimeSpan.FromHours(48);

    /// <summary>A shift that saves less, in per cent of what the work would emit now, is not proposed.</summary>
    [Range(0, 100)]
    public double MinSavingPercent { get; set; } = 10;

    /// <summary>A shift that saves less, in kg CO2, is not proposed.</summary>
    [Range(0, 1_000_000)]
    public double MinSavingKg { get; set; } = 1;

    /// <summary>The share of a forecast saving that is to be expected. 0.62 and 0.69 were measured on the national intensity of 2022 and 2023.</summary>
    [Range(0.01, 1)]
    public double CapturedShare { get; set; } = 0.6;

    /// <summary>The most workloads of a hotspot that are looked at, the oldest first.</summary>
    [Range(1, 500)]
    public int MaxWorkloads { get; set; } = 500;

    /// <summary>The most hotspots that are looked at in a round, the newest first.</summary>
    [Range(1, 1000)]
    public int MaxHotspots { get; set; } = 100;

    /// <summary>A call to the Orchestrator takes no longer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan CallBound { get; set; } = TimeSpan.FromSeconds(20);
}
