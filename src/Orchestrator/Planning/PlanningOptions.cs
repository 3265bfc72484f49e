using System.ComponentModel.DataAnnotations;

namespace Pylon.Orchestrator.Planning;

/// <summary>What the planner assumes, and its bounds. Section Planning.</summary>
internal sealed class PlanningOptions
{
    public const string Section = "Planning";

    /// <summary>kW of a GPU with its share of the server, for jobs that give GPU minutes alone; answers mark it as assumed.</summary>
    [Range(0.001, 1000)]
    public double GpuKw { get; set; } = 0.7;

    /// <summary>GBP for a tonne of CO2, where a job asks for money and names no price of carbon.</summary>
    [Range(0, 1_000_000)]
    public double CarbonPriceGbpTonne { get; set; } = 50;

    /// <summary>The longest delay of a job with URGENCY_HIGH; a synthetic default that no source backs.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan HighDelay { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>The same of URGENCY_MEDIUM.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan MediumDelay { get; set; } = TimeSpan.FromMinutes(120);

    /// <summary>The same of URGENCY_LOW.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan LowDelay { get; set; } = TimeSpan.FromMinutes(360);

    /// <summary>Memory for prepared series, in MB; those that were not used for longest go first.</summary>
    [Range(1, 65_536)]
    public int CacheMegabytes { get; set; } = 256;

    /// <summary>How long a prepared series is used while its version stays the same.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan CacheMaxAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The same of a prepared forecast, which also depends on the time.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:30:00")]
    public TimeSpan ForecastMaxAge { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Most jobs of a batch.</summary>
    [Range(1, 10_000_000)]
    public int MaxBatchJobs { get; set; } = 100_000;

    /// <summary>Most bytes of a batch, over all its messages.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int MaxBatchBytes { get; set; } = 64 * 1024 * 1024;
}
