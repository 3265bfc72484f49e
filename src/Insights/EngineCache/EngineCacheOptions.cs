using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.EngineCache;

/// <summary>What is kept of the answers of an external ML engine. Section EngineCache.</summary>
internal sealed class EngineCacheOptions
{
    public const string Section = "EngineCache";

    /// <summary>How long an answer is used.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromDays(7);

    /// <summary>Most answers that are kept; the oldest go first.</summary>
    [Range(0, 100_000_000)]
    public long MaxRows { get; set; } = 200_000;

    /// <summary>How often old answers are deleted.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan PurgeInterval { get; set; } = TimeSpan.FromMinutes(10);
}
