using System.ComponentModel.DataAnnotations;

namespace Pylon.Orchestrator.Flow;

/// <summary>How workloads are picked up and retried. Section Bpp.</summary>
internal sealed class FlowOptions
{
    /// <summary>BPP_POLL_INTERVAL: the queue is also read so often, in case a notification is lost.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>MAX_WORKLOADS_PER_CYCLE: how many are claimed at a time.</summary>
    [Range(1, 1000)]
    public int MaxWorkloadsPerCycle { get; set; } = 5;

    /// <summary>How many workloads one instance works on at once.</summary>
    [Range(1, 1000)]
    public int MaxInFlight { get; set; } = 32;

    /// <summary>How long after its last renewal another instance may claim a workload.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest that an attempt may take; then it counts as failed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan MaxAttemptDuration { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Attempts before a workload fails.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 5;

    /// <summary>The pause after the first failed attempt; it doubles with each, with jitter.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "1.00:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(1);
}
