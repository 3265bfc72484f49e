namespace Pylon.Insights.Dashboard;

/// <summary>The carbon intensity of a region by hour, gCO2/kWh.</summary>
/// <param name="Past">The hours of an <see cref="EmissionHistory"/>; NaN where it is not known.</param>
/// <param name="Next">The 168 hours from the start of today on, all known.</param>
/// <param name="IsSynthetic">Some of it is made up, because no source gave it.</param>
internal sealed record RegionIntensity(double[] Past, double[] Next, bool IsSynthetic);
