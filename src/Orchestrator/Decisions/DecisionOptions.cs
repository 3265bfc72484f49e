using System.ComponentModel.DataAnnotations;

namespace Pylon.Orchestrator.Decisions;

/// <summary>How decision contexts and outputs are made. Section Decisions.</summary>
internal sealed class DecisionOptions
{
    /// <summary>The queue of new workloads is also read so often, in case a notification is lost.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Workloads that are claimed at a time; the grid is read once for all of them.</summary>
    [Range(1, 500)]
    public int Batch { get; set; } = 32;

    /// <summary>How many of them one instance works on at once.</summary>
    [Range(1, 100)]
    public int MaxInFlight { get; set; } = 8;

    /// <summary>When another instance may claim a workload whose context is not there.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Attempts before a workload gets no context.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>The pause after the first failed attempt; it doubles with each, with jitter.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause between attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "1.00:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>The most data centres of a context; the rest is left out by dc_id, and counted.</summary>
    [Range(1, 1000)]
    public int MaxDataCentres { get; set; } = 200;
}
