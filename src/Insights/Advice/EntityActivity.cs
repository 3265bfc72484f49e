using Pylon.Insights.Playbook;

namespace Pylon.Insights.Advice;

/// <summary>What an entity did in the last 28 days.</summary>
/// <param name="Facts">What is typical of it; the event of the hotspot wins where it says more.</param>
/// <param name="Kg">What it emitted, kg CO2e. Of a region: what the entities that use its electricity emitted.</param>
internal sealed record EntityActivity(Facts Facts, double Kg)
{
    /// <summary>The days that savings are counted over.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromDays(28);
}
