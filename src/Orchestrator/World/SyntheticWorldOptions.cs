using System.ComponentModel.DataAnnotations;

namespace Pylon.Orchestrator.World;

/// <summary>Synthetic data centres and workloads. Section SyntheticWorld.</summary>
internal sealed class SyntheticWorldOptions
{
    /// <summary>PYLON_SYNTHETIC_WORLD: on makes the world at the first start and adds workloads to it; must be off in production, which is where DOTNET_ENVIRONMENT is Production or not set.</summary>
    public bool Enabled { get; set; }

    /// <summary>PYLON_SYNTHETIC_SEED: the same seed makes the same world.</summary>
    [Range(0, int.MaxValue)]
    public int Seed { get; set; } = 1;

    /// <summary>How often a workload is added.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>The most synthetic workloads there are; a new one replaces the oldest.</summary>
    [Range(1, 10_000)]
    public int MaxWorkloads { get; set; } = 100;
}
