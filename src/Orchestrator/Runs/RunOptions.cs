using System.ComponentModel.DataAnnotations;

namespace Pylon.Orchestrator.Runs;

/// <summary>How pipelines are asked for and followed. Section Runs.</summary>
internal sealed class RunOptions
{
    /// <summary>Parts that a workload is split into; each goes through every phase.</summary>
    [Range(1, 10_000)]
    public int Parts { get; set; } = 4;

    /// <summary>The table is also read so often, in case a notification is lost.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long after a claim another instance may ask the Conductor instead.</summary>
    [Range(typeof(TimeSpan), "00:00:06", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The pause after the first call that fails; it doubles with each, with jitter.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between calls.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long after the last report of a running pipeline the Conductor is asked for its progress.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan AskAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after its request a batch run that has not ended fails.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan MaxDuration { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long after its delivery an unacknowledged event is taken over by another instance.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan ClaimAfter { get; set; } = TimeSpan.FromSeconds(30);
}
