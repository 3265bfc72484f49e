using Google.Protobuf.WellKnownTypes;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Stress;

namespace Pylon.Orchestrator.Contexts;

/// <summary>Makes a decision context of what was read. Pure: the same input gives the same document.</summary>
internal static class ContextBuilder
{
    private const int LongestForecast = 10;

    // 15 to 17 are England, Scotland and Wales, which contain others.
    private const int LastRegion = 14;

    public static ContextDocument Build(
        Guid id, int version, ContextTask task, GridReading grid, IReadOnlyList<DataCentre> dataCentres, int leftOut, GridStress stress)
    {
        var latest = Latest(grid, stress);
        var regions = grid.Regions.Select(Regional).OrderBy(r => r.RegionId).ToList();
        var centres = dataCentres.OrderBy(d => d.DcId, StringComparer.Ordinal).Select(d => Centre(d, regions, grid.KnownAt)).ToList();
        return new ContextDocument
        {
            Id = id,
            CreatedAt = grid.KnownAt.UtcDateTime,
            ContextVersion = version,
            AsKnownAt = grid.KnownAt.UtcDateTime,
            Task = task,
            GridSignals = new GridSignals(latest, Forecast(grid, stress)),
            RegionalSignals = regions,
            DataCentres = centres,
            GenerationMix = Mix(grid.National.GenerationMix),
            Summary = Summary(latest, regions, centres, leftOut),
        };
    }

    /// <summary>True for a data centre that takes work, whatever the work is.</summary>
    public static bool TakesWork(ContextDataCentre centre) => centre.Status == "ACTIVE" || (centre.Status == "CONSTRAINED" && centre.CurrentLoadPercentage < 80);

    private static ContextSummary Summary(GridSignal latest, IReadOnlyList<RegionalSignal> regions, IReadOnlyList<ContextDataCentre> centres, int leftOut)
    {
        var region = regions.Where(r => r.RegionId <= LastRegion).MinBy(r => r.CarbonIntensityForecast);
        var centre = centres.Where(c => c.CurrentCarbonIntensity is not null).MinBy(c => c.CurrentCarbonIntensity);
        return new ContextSummary
        {
            LowestCarbonRegion = region is null ? null : new LowestRegion(region.Regions.ShortName, region.CarbonIntensityForecast),
            LowestCarbonDc = centre is null ? null : new LowestDataCentre(centre.Name, centre.DcId, centre.CurrentCarbonIntensity!.Value, centre.LocationRegion),
            CurrentNationalCarbon = latest.CarbonIntensityActual ?? latest.CarbonIntensityForecast,
            CurrentGridStress = latest.GridStressScore,
            CurrentPriceGbpMwh = latest.WholesalePriceGbpMwh,
            AvailableDcCount = centres.Count(TakesWork),
            LeftOutDcCount = leftOut,
        };
    }

    private static GridSignal Latest(GridReading grid, GridStress stress)
    {
        var national = grid.National;
        return Signal(national.CarbonIntensity, national.Demand, national.Window?.StartTime, stress) with
        {
            WholesalePriceGbpMwh = national.SystemPrice?.Value,
            Synthetic = national.Synthetic,
        };
    }

    private static IReadOnlyList<GridSignal> Forecast(GridReading grid, GridStress stress)
    {
        var demand = grid.Demand.ToLookup(p => p.Window?.StartTime);
        return [.. grid.Carbon.Take(LongestForecast).Select(p => Signal(p, demand[p.Window?.StartTime].FirstOrDefault(), p.Window?.StartTime, stress) with { IsForecast = true })];
    }

    private static GridSignal Signal(GridPoint? carbon, GridPoint? demand, Timestamp? start, GridStress stress) => new()
    {
        Timestamp = start?.ToDateTime(),
        SettlementPeriod = (carbon ?? demand)?.SettlementPeriod is > 0 and var period ? period : null,
        CarbonIntensityForecast = carbon is { Actual: false } ? carbon.Value : null,
        CarbonIntensityActual = carbon is { Actual: true } ? carbon.Value : null,
        CarbonIndex = Some(carbon?.CarbonIndex),
        DemandMw = demand?.Value,
        GridStressScore = stress.Of(demand?.Value),
        DataSource = Some(carbon?.Source),
        IsForecast = carbon is not { Actual: true },
        FetchedAt = carbon?.CapturedAt?.ToDateTime(),
        Synthetic = carbon is { Synthetic: true } || demand is { Synthetic: true },
        Stale = carbon is { Stale: true } || demand is { Stale: true },
    };

    private static RegionalSignal Regional(RegionalGrid region) => new()
    {
        RegionId = region.RegionId,
        Timestamp = region.Window?.StartTime.ToDateTime(),
        CarbonIntensityForecast = region.CarbonIntensityGco2Kwh,
        CarbonIndex = region.CarbonIndex,
        FetchedAt = region.CapturedAt?.ToDateTime(),
        Regions = new RegionInfo(region.RegionName, CountryOf(region.RegionId), region.RegionId),
        DataSource = region.Source,
        Synthetic = region.Synthetic,
        Stale = region.Stale,
        GenerationMix = Mix(region.GenerationMix),
    };

    private static ContextDataCentre Centre(DataCentre centre, IReadOnlyList<RegionalSignal> regions, DateTimeOffset knownAt)
    {
        var region = centre.RegionId is { } id
            ? regions.FirstOrDefault(r => r.RegionId == id)
            : regions.FirstOrDefault(r => r.Regions.ShortName.Equals(centre.LocationRegion, StringComparison.OrdinalIgnoreCase));
        return new ContextDataCentre
        {
            Id = centre.Id,
            DcId = centre.DcId,
            Name = centre.Name,
            LocationRegion = centre.LocationRegion ?? region?.Regions.ShortName,
            RegionInfo = region?.Regions,
            Pue = centre.Pue,
            TotalCapacityTeraflops = centre.TotalCapacityTeraflops,
            TotalCapacityMw = centre.TotalCapacityMw,
            FlexibilityRating = centre.FlexibilityRating,
            CurrentCarbonIntensity = region?.CarbonIntensityForecast,
            CarbonIntensitySource = region?.DataSource,
            CarbonIntensityAgeSeconds = region?.FetchedAt is { } fetched ? Math.Round((knownAt.UtcDateTime - fetched).TotalSeconds) : null,
            CurrentLoadPercentage = centre.CurrentLoadPercentage,
            Status = centre.Status,
            Source = centre.Source,
        };
    }

    private static IReadOnlyList<FuelPercentage> Mix(IEnumerable<FuelShare> shares) =>
        [.. shares.Select(s => new FuelPercentage(s.Fuel, s.Percent)).OrderBy(s => s.FuelType, StringComparer.Ordinal)];

    private static string CountryOf(int regionId) => regionId switch
    {
        1 or 2 or 16 => "Scotland",
        6 or 7 or 17 => "Wales",
        _ => "England",
    };

    private static string? Some(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
