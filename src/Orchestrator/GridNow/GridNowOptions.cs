using System.ComponentModel.DataAnnotations;

namespace Pylon.Orchestrator.GridNow;

/// <summary>The state of the grid that the view v_system_state shows. Section GridNow.</summary>
internal sealed class GridNowOptions
{
    /// <summary>How often Ingestion is asked for it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);
}
