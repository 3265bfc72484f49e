using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Regional;

/// <summary>One region in one half hour, to be stored.</summary>
internal sealed record RegionalWindow(int RegionId, DateTimeOffset Start, int IntensityGco2Kwh, string Index, IReadOnlyList<FuelPercent> Mix)
{
    /// <summary>All regions in the given number of half hours from <paramref name="first"/> on, synthetic.</summary>
    public static IReadOnlyList<RegionalWindow> Synthetic(DateTimeOffset first, int count, CarbonIndex index) =>
    [
        .. from n in Enumerable.Range(0, count)
           let start = first + (n * HalfHour.Length)
           from region in SyntheticGrid.RegionIds
           let mix = SyntheticGrid.Mix(region, start)
           let intensity = GenerationMix.Intensity(mix)
           select new RegionalWindow(region, start, intensity, index.NameOf(start.Year, intensity), mix),
    ];
}
