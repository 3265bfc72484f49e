using Pylon.Insights.Intensity;

namespace Pylon.Insights.Simulation;

/// <summary>Where and in which steps of its series work runs, with the same power in each.</summary>
/// <param name="Series">Of the place.</param>
/// <param name="Steps">In the order of time.</param>
internal sealed record Placement(ZoneSeries Series, IReadOnlyList<int> Steps)
{
    public DateTimeOffset Start => Series.Start + (Series.Step * Steps[0]);

    public DateTimeOffset End => Series.Start + (Series.Step * (Steps[^1] + 1));

    /// <summary>Of these steps; one without a value is missing.</summary>
    public GridRate Rate()
    {
        var known = Steps.Select(step => Series.Grams[step]).OfType<decimal>().ToList();
        return new GridRate(
            $"ci:{Series.Zone}", known.Sum(), known.Count, 1 - ((decimal)known.Count / Steps.Count), Series.IsSynthetic,
            known.Count == Steps.Count ? "" : "there is no carbon intensity for it");
    }
}
