using System.ComponentModel.DataAnnotations;

namespace Pylon.Orchestrator.Outcomes;

/// <summary>When the outcomes of workloads are computed. Section Outcomes.</summary>
internal sealed class OutcomeOptions
{
    /// <summary>The table is also read so often, in case a notification is lost, and for what is computed again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long after a claim, or a computation that failed, an outcome is computed again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long after a computation with values that may still be measured it is computed again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan Recheck { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long after the end of a run this goes on; then what is estimated stays so.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "60.00:00:00")]
    public TimeSpan RecheckFor { get; set; } = TimeSpan.FromDays(2);

    /// <summary>How long after the end of a run its outcome is tried while Ingestion does not answer.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "60.00:00:00")]
    public TimeSpan GiveUpAfter { get; set; } = TimeSpan.FromDays(7);
}
