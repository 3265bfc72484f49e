using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Recommendations;

/// <summary>
/// Chooses the three options of a workload: the best items of the catalogue, one for each grid zone, and where these are
/// fewer than three, the best regions of our own grid data. Pure: the same input gives the same options in the same order.
/// </summary>
internal static class Ranking
{
    public const int OptionCount = 3;

    /// <summary>
    /// Stands in for a carbon intensity that the catalogue does not give, in gCO2/kWh: dirtier than coal (937 in the
    /// Carbon Intensity API's factors). An item without a carbon intensity ranks behind all others.
    /// </summary>
    public const double UnknownCarbonIntensity = 1000;

    public static double Score(double renewableMixPercent, double? carbonIntensity) =>
        renewableMixPercent - (carbonIntensity ?? UnknownCarbonIntensity) / 10;

    /// <summary>Up to three options from the catalogue, ranked from 1.</summary>
    /// <param name="items">What the provider offers and the workload can use.</param>
    /// <param name="zones">For each item, its resolved zone; an item without a zone is left out.</param>
    /// <param name="now">Windows that ended before are marked.</param>
    public static IReadOnlyList<Option> FromCatalogue(
        IReadOnlyList<CatalogueItem> items, IReadOnlyList<ResolvedGridZone> zones, DateTimeOffset now) =>
    [
        .. items.Zip(zones)
            .Where(x => x.Second.Zone is not null)
            .OrderBy(x => x.First.CarbonIntensity is null)
            .ThenByDescending(x => Score(x.First.RenewableMixPercent, x.First.CarbonIntensity))
            .ThenBy(x => x.First.CarbonIntensity ?? UnknownCarbonIntensity)
            .ThenBy(x => x.First.Price?.Value ?? double.MaxValue)
            .ThenBy(x => x.First.GridZone, StringComparer.Ordinal)
            .ThenBy(x => x.First.ItemId, StringComparer.Ordinal)
            .DistinctBy(x => x.Second.Zone.Id)
            .Take(OptionCount)
            .Select((x, index) => new Option(
                FromItem(x.First, x.Second, index + 1, now),
                new ProviderOffer(x.First.BppId, x.First.BppUri, x.First.Offer))),
    ];

    /// <summary>
    /// Appends the best regions until there are three options. A region is left out when its zone is offered
    /// already or an offered zone lies in it, so that no place is offered twice.
    /// </summary>
    public static IReadOnlyList<Option> Fill(
        IReadOnlyList<Option> options, IReadOnlyList<ResolvedGridZone> zones, IReadOnlyList<RegionalGrid> regions, DateTimeOffset now)
    {
        var offered = options.Select(o => o.Recommendation.GridZoneId).ToHashSet(StringComparer.Ordinal);
        var covered = zones.Where(z => z.Zone is not null && offered.Contains(z.Zone.Id) && z.Zone.HasRegionId)
            .Select(z => z.Zone.RegionId)
            .ToHashSet();
        return
        [
            .. options,
            .. regions
                .Where(r => r.GridZone is not null && !offered.Contains(r.GridZone.Id) && !covered.Contains(r.RegionId))
                .OrderByDescending(r => Score(r.RenewableMixPercent, r.CarbonIntensityGco2Kwh))
                .ThenBy(r => r.RegionId)
                .DistinctBy(r => r.GridZone.Id)
                .Take(OptionCount - options.Count)
                .Select((r, index) => new Option(FromRegion(r, options.Count + index + 1, now), null)),
        ];
    }

    private static Recommendation FromItem(CatalogueItem item, ResolvedGridZone resolved, int rank, DateTimeOffset now)
    {
        var recommendation = new Recommendation
        {
            Rank = rank,
            GridZoneId = resolved.Zone.Id,
            // The names are those of the provider; what it leaves out comes from the zone.
            GridZoneCode = Either(item.GridZone, resolved.Zone.GridZoneCode),
            ZoneName = Either(item.GridArea, resolved.Zone.ZoneName),
            Locality = Either(item.Locality, resolved.Zone.Locality),
            Region = Either(item.Region, resolved.Zone.Region),
            Country = Either(item.Country, resolved.Zone.Country),
            RenewableMixPercent = item.RenewableMixPercent,
            Window = item.Window,
            Score = Score(item.RenewableMixPercent, item.CarbonIntensity),
            Source = RecommendationSource.Beckn,
            ZoneMatch = resolved.Match,
            Price = item.Price,
            ItemId = item.ItemId,
            ProviderId = item.ProviderId,
            WindowExpired = Expired(item.Window, now),
        };
        if (item.CarbonIntensity is { } carbon)
            recommendation.CarbonIntensityGco2Kwh = carbon;
        if (item.AvailableCapacityMw is { } capacity)
            recommendation.AvailableCapacityMw = capacity;
        return recommendation;
    }

    private static Recommendation FromRegion(RegionalGrid region, int rank, DateTimeOffset now) => new()
    {
        Rank = rank,
        GridZoneId = region.GridZone.Id,
        GridZoneCode = region.GridZone.GridZoneCode,
        ZoneName = region.GridZone.ZoneName,
        Locality = region.GridZone.Locality,
        Region = region.GridZone.Region,
        Country = region.GridZone.Country,
        RenewableMixPercent = region.RenewableMixPercent,
        CarbonIntensityGco2Kwh = region.CarbonIntensityGco2Kwh,
        Window = region.Window,
        Score = Score(region.RenewableMixPercent, region.CarbonIntensityGco2Kwh),
        Source = RecommendationSource.Grid,
        Synthetic = region.Synthetic,
        ZoneMatch = ZoneMatch.Code,
        WindowExpired = Expired(region.Window, now),
    };

    private static string Either(string first, string second) => first.Length > 0 ? first : second;

    private static bool Expired(Window? window, DateTimeOffset now) =>
        window?.EndTime is { } end && end.ToDateTimeOffset() <= now;
}
