using System.ComponentModel.DataAnnotations;

namespace Pylon.Conductor.Work;

/// <summary>How parts are handed out. Section Work.</summary>
internal sealed class WorkOptions
{
    /// <summary>How long a worker holds a part without a renewal; then somebody else gets it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a part may fail before its phase fails.</summary>
    [Range(1, 100)]
    public int MaxFailures { get; set; } = 3;

    /// <summary>How often a part may be claimed before its phase fails: work that takes its workers with it ends.</summary>
    [Range(2, 10_000)]
    public int MaxClaims { get; set; } = 50;

    /// <summary>The pause after the first failure of a part; it doubles with each.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often those who wait for work look again, in case a signal is lost or a window begins.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "00:01:00")]
    public TimeSpan Recheck { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often work past its deadline is looked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan SweepEvery { get; set; } = TimeSpan.FromSeconds(2);
}
