using System.ComponentModel.DataAnnotations;

namespace Pylon.Orchestrator.Runs;

/// <summary>How pipelines are asked for and followed. Section Runs.</summary>
internal sealed class RunOptions
{
    /// <summary>Parts that a workload is split into; each goes through every phase.</summary>
    [Range(1, 1_000_000)]
    public int Parts { get; set; } = 4;

    /// <summary>The safety net under the notifications, and how precisely retries are kept.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>When an instance that died is given up and its questions are asked by another.</summary>
    [Range(typeof(TimeSpan), "00:00:06", "00:10:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>The pause after the first failed question; it doubles with each, with jitter.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause between questions.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long nothing is heard of a running pipeline before the Conductor is asked how far it is.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan AskAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>An event that an instance has held unacknowledged for so long is taken over by another.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan ClaimAfter { get; set; } = TimeSpan.FromSeconds(30);
}
