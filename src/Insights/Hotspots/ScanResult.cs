namespace Pylon.Insights.Hotspots;

/// <summary>A scan that ended.</summary>
/// <param name="Id">Rises with each.</param>
/// <param name="Found">Hotspots that were opened, re-opened or escalated, or that are watched from now on.</param>
/// <param name="Hotspots">At most 100 of them.</param>
internal sealed record ScanResult(long Id, int Found, IReadOnlyList<Guid> Hotspots);
