using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Constraints;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Recommendations;

/// <summary>
/// Chooses the three options of a workload: the best items of the catalogue, one for each place, and where these are fewer
/// than three, the best regions of our own grid data. A window that is over is offered only when nothing else is known.
/// Pure: the same input gives the same options in the same order.
/// </summary>
internal static class Ranking
{
    public const int OptionCount = 3;

    /// <summary>
    /// Stands in for a carbon intensity that the catalogue does not give, in gCO2/kWh: dirtier than coal (937 in the
    /// Carbon Intensity API's factors). An item without a carbon intensity ranks behind all others.
    /// </summary>
    public const double UnknownCarbonIntensity = 1000;

    private const double MostDecimal = 1e12;

    /// <summary>The renewable mix in per cent less a tenth of the carbon intensity in gCO2/kWh.</summary>
    public static double Score(double renewableMixPercent, double? carbonIntensity)
    {
        var carbon = carbonIntensity ?? UnknownCarbonIntensity;
        // In binary, 54.9 - 500 / 10 is 4.899999999999999. A number that no decimal holds is not from a grid.
        return Math.Abs(renewableMixPercent) < MostDecimal && Math.Abs(carbon) < MostDecimal
            ? (double)((decimal)renewableMixPercent - (decimal)carbon / 10)
            : renewableMixPercent - carbon / 10;
    }

    /// <summary>The three options; fewer when fewer distinct places are known.</summary>
    /// <param name="items">What the provider offers and the workload can use.</param>
    /// <param name="zones">For each item, its resolved zone.</param>
    /// <param name="regions">Our own grid data that the workload can use.</param>
    /// <param name="now">Windows that ended before are over.</param>
    /// <param name="preferences">Of the user; they change the order.</param>
    public static IReadOnlyList<Option> Choose(
        IReadOnlyList<CatalogueItem> items,
        IReadOnlyList<ResolvedGridZone> zones,
        IReadOnlyList<RegionalGrid> regions,
        DateTimeOffset now,
        Preferences? preferences = null)
    {
        var wishes = preferences ?? Preferences.None;
        var offered = FromCatalogue(items, zones, now, wishes).ToLookup(o => o.Recommendation.WindowExpired);
        IReadOnlyList<Option> found = [.. offered[false]];
        var grid = regions.ToLookup(r => Expired(r.Window, now));
        found = Fill(found, zones, [.. grid[false]], now, wishes);
        var filled = found.Where(f => f.Offer is null).ToList();
        found = [.. found, .. offered[true].Where(o => filled.All(f => !IsSamePlace(f.Recommendation, o.Recommendation))).Take(OptionCount - found.Count)];
        for (var rank = 1; rank <= found.Count; rank++)
            found[rank - 1].Recommendation.Rank = rank;
        found = Fill(found, zones, [.. grid[true]], now, wishes);
        foreach (var option in found.Select(o => o.Recommendation))
        {
            option.Note = option.WindowExpired && option.Source == RecommendationSource.Beckn ? "its window is over, and too few others are known"
                : option.Source == RecommendationSource.Grid && option.Score > found[0].Recommendation.Score ? "no provider offers it, so it ranks behind what one does"
                : wishes.Exceeds(Carbon(option)) ? $"its carbon intensity is above the {wishes.MaxCarbonIntensity:0.##} gCO2/kWh that the user prefers"
                : wishes.ToString() is { Length: > 0 } words ? $"ranked with the user's preferences: {words}"
                : "";
        }

        return found;
    }

    /// <summary>Up to three options from the catalogue, ranked from 1; those whose windows are over come last.</summary>
    /// <param name="items">What the provider offers and the workload can use.</param>
    /// <param name="zones">For each item, its resolved zone; an item without a zone is left out.</param>
    /// <param name="now">Windows that ended before are marked.</param>
    /// <param name="preferences">Of the user.</param>
    public static IReadOnlyList<Option> FromCatalogue(
        IReadOnlyList<CatalogueItem> items, IReadOnlyList<ResolvedGridZone> zones, DateTimeOffset now, Preferences? preferences = null)
    {
        var wishes = preferences ?? Preferences.None;
        var points = wishes.RankBy([.. items.Select(i => (wishes.Points(Score(i.RenewableMixPercent, i.CarbonIntensity), i.RenewableMixPercent), Place.OfPrice(i.Price)))]);
        return
        [
            .. items.Zip(zones, points)
                .Where(x => x.Second.Zone is not null)
                .OrderBy(x => Expired(x.First.Window, now))
                .ThenBy(x => x.First.CarbonIntensity is null)
                .ThenBy(x => wishes.Exceeds(x.First.CarbonIntensity))
                .ThenByDescending(x => x.Third)
                .ThenBy(x => x.First.CarbonIntensity ?? UnknownCarbonIntensity)
                .ThenBy(x => x.First.Price?.Value ?? double.MaxValue)
                .ThenBy(x => x.First.GridZone, StringComparer.Ordinal)
                .ThenBy(x => x.First.ItemId, StringComparer.Ordinal)
                .DistinctBy(x => x.Second.Zone.Id)
                .DistinctBy(x => PlaceOf(x.First, x.Second))
                .Take(OptionCount)
                .Select((x, index) => new Option(
                    FromItem(x.First, x.Second, index + 1, now),
                    new ProviderOffer(x.First.BppId, x.First.BppUri, x.First.Offer, x.First.Spelling))),
        ];
    }

    /// <summary>
    /// Appends the best regions until there are three options. A region is left out when its zone is offered
    /// already or an offered zone lies in it, so that no place is offered twice.
    /// </summary>
    public static IReadOnlyList<Option> Fill(
        IReadOnlyList<Option> options,
        IReadOnlyList<ResolvedGridZone> zones,
        IReadOnlyList<RegionalGrid> regions,
        DateTimeOffset now,
        Preferences? preferences = null)
    {
        var wishes = preferences ?? Preferences.None;
        var offered = options.Select(o => o.Recommendation.GridZoneId).ToHashSet(StringComparer.Ordinal);
        var covered = zones.Where(z => z.Zone is not null && offered.Contains(z.Zone.Id) && z.Zone.HasRegionId)
            .Select(z => z.Zone.RegionId)
            .ToHashSet();
        return
        [
            .. options,
            .. regions
                .Where(r => r.GridZone is not null && !offered.Contains(r.GridZone.Id) && !covered.Contains(r.RegionId))
                .Where(r => options.All(o => !IsSamePlace(o.Recommendation, FromRegion(r, 0, now))))
                .OrderBy(r => wishes.Exceeds(r.CarbonIntensityGco2Kwh))
                .ThenByDescending(r => wishes.Points(Score(r.RenewableMixPercent, r.CarbonIntensityGco2Kwh), r.RenewableMixPercent))
                .ThenBy(r => r.RegionId)
                .DistinctBy(r => r.GridZone.Id)
                .Take(OptionCount - options.Count)
                .Select((r, index) => new Option(FromRegion(r, options.Count + index + 1, now), null)),
        ];
    }

    // Two codes for the same named place are one place; without both names only the zone says.
    private static string PlaceOf(CatalogueItem item, ResolvedGridZone resolved)
    {
        var (name, locality) = (Either(item.GridArea, resolved.Zone.ZoneName), Either(item.Locality, resolved.Zone.Locality));
        return name.Length > 0 && locality.Length > 0
            ? $"{name}\n{locality}\n{Either(item.Country, resolved.Zone.Country)}".ToUpperInvariant()
            : resolved.Zone.Id;
    }

    /// <summary>True when one lies in the other or they are the same: they have a name in common.</summary>
    private static bool IsSamePlace(Recommendation one, Recommendation other) =>
        one.GridZoneId == other.GridZoneId
        || ((one.Country.Length == 0 || other.Country.Length == 0 || one.Country.Equals(other.Country, StringComparison.OrdinalIgnoreCase))
            && Names(one).Intersect(Names(other), StringComparer.OrdinalIgnoreCase).Any());

    private static IEnumerable<string> Names(Recommendation r) => new[] { r.ZoneName, r.Locality, r.Region }.Where(n => n.Length > 0);

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
        if (resolved.Zone.HasRegionId)
            recommendation.RegionId = resolved.Zone.RegionId;
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
        RegionId = region.RegionId,
    };

    private static double? Carbon(Recommendation option) => option.HasCarbonIntensityGco2Kwh ? option.CarbonIntensityGco2Kwh : null;

    private static string Either(string first, string second) => first.Length > 0 ? first : second;

    private static bool Expired(Window? window, DateTimeOffset now) =>
        window?.EndTime is { } end && end.ToDateTimeOffset() <= now;
}
