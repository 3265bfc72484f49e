using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.Outcomes;

/// <summary>How outcomes are measured. Section Outcomes.</summary>
internal sealed class OutcomeOptions
{
    /// <summary>How often recommendations whose days are over are looked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long after the last day late events are waited for.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan Settle { get; set; } = TimeSpan.FromHours(6);

    /// <summary>Recommendations that are read at a time.</summary>
    [Range(1, 1000)]
    public int Batch { get; set; } = 50;
}
