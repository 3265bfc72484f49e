using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.Recommendations;

/// <summary>How recommendations are made. Section Recommendations.</summary>
internal sealed class RecommendationOptions
{
    /// <summary>Hotspots without recommendations are also looked for so often, in case a notification is lost.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Hotspots that are read at a time.</summary>
    [Range(1, 1000)]
    public int Batch { get; set; } = 50;

    /// <summary>How many of them one instance works on at once.</summary>
    [Range(1, 32)]
    public int MaxInFlight { get; set; } = 4;

    /// <summary>A hotspot that is resolved, and older, gets no recommendations any more.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan OldestHotspot { get; set; } = TimeSpan.FromDays(7);

    /// <summary>After which a recommendation that nobody decided expires.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan ExpiresAfter { get; set; } = TimeSpan.FromDays(30);

    /// <summary>For how long a measure that was rejected is not proposed for the entity again.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan RejectedFor { get; set; } = TimeSpan.FromDays(90);

    /// <summary>The pause after a hotspot whose recommendations could not be made; it doubles with each failure, up to an hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(10);
}
