using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.Dashboard;

/// <summary>The numbers of a dashboard. Section Dashboard.</summary>
internal sealed class DashboardOptions
{
    /// <summary>kg CO2e that a day should not exceed: the target of GET /emissions/current, which leaves it out when this is not set.</summary>
    [Range(0, 1e12)]
    public double? DailyTargetKg { get; set; }

    /// <summary>For how long the forecast of all entities is kept before it is computed again.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ForecastAge { get; set; } = TimeSpan.FromMinutes(1);
}
