using System.ComponentModel.DataAnnotations;

namespace Pylon.ServiceDefaults;

/// <summary>Settings <c>Drain:*</c>, the same for every process: how it ends.</summary>
internal sealed class DrainOptions
{
    public const string Section = "Drain";

    /// <summary>
    /// PYLON_DRAIN: how long a process that gets SIGTERM serves on while <c>/health/ready</c> answers 503. As long as whoever sends it
    /// calls takes to notice.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan Delay { get; init; } = TimeSpan.Zero;
}
