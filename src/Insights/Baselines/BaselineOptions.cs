using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.Baselines;

/// <summary>How baselines are made. Section Baselines.</summary>
internal sealed class BaselineOptions
{
    /// <summary>How often the baselines of entities with new hours are made anew. BASELINE_RECALC_INTERVAL, in seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RecalcInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Entities whose hours are in memory at a time, of at most 16 weeks each.</summary>
    [Range(1, 1000)]
    public int Batch { get; set; } = 100;
}
