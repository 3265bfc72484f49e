using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.Recording;

/// <summary>How events that are inserted by SQL are taken up. Section Recording.</summary>
internal sealed class RecordingOptions
{
    /// <summary>The table is also read so often, in case a notification is lost.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(10);
}
