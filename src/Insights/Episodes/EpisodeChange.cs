namespace Pylon.Insights.Episodes;

/// <summary>What the judgement of an hour did to a hotspot.</summary>
/// <param name="Episode">The hotspot.</param>
/// <param name="Transition">See <see cref="Episodes.Transition"/>.</param>
/// <param name="Hour">The hour that did it.</param>
/// <param name="Severity">Of the hotspot at that time.</param>
/// <param name="IsAlerting">True when persons are to hear of it.</param>
internal sealed record EpisodeChange(Episode Episode, string Transition, JudgedHour Hour, Level Severity, bool IsAlerting)
{
    /// <summary>How often the hotspot was re-opened, as of the change.</summary>
    public int Reopened { get; } = Episode.Reopened;
}
