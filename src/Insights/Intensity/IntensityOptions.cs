using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.Intensity;

/// <summary>How carbon intensities are read from Ingestion. Section Intensity.</summary>
internal sealed class IntensityOptions
{
    public const string Section = "Intensity";

    /// <summary>How long Ingestion may take; then the annual factor is used.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:00:30")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long Ingestion is not asked again after it failed.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan PauseAfterFailure { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the values of today and later are used.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RecentMaxAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the values of days that ended more than a day ago are used.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan PastMaxAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Days of regions that are kept in memory, about 1 KB each.</summary>
    [Range(1, 1_000_000)]
    public int CacheDays { get; set; } = 20_000;

    /// <summary>Most calls to Ingestion for one batch of estimates; what is left has the annual factor.</summary>
    [Range(1, 1_000)]
    public int MaxCalls { get; set; } = 64;
}
