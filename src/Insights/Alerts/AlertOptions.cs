using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.Alerts;

/// <summary>How alerts are told again. Section Alerts.</summary>
internal sealed class AlertOptions
{
    /// <summary>A critical alert that nobody acknowledged is told again after so long.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan RepeatInterval { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How often it is looked for those, and for acknowledgements whose time is over.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromMinutes(1);
}
