using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Forecasting.Models;
using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Forecasts;
using Pylon.Ingestion.Freshness;
using Pylon.Ingestion.Postcodes;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.V1;
using Pylon.Ingestion.Zones;

namespace Pylon.Ingestion.Grid;

/// <summary>The stored grid values as messages: each with its source, and whether it is synthetic or stale.</summary>
internal sealed class GridMessages(SourceFreshness freshness)
{
    public RegionalGrid Regional(RegionalState state) => new()
    {
        RegionId = state.RegionId,
        RegionName = state.Name,
        DnoRegion = state.DnoRegion,
        Window = Window(state.Start, state.End),
        CarbonIntensityGco2Kwh = state.IntensityGco2Kwh,
        CarbonIndex = state.Index,
        RenewableMixPercent = (double)GenerationMix.Renewable(state.Mix),
        GenerationMix = { state.Mix.Select(Share) },
        Source = state.Source,
        Synthetic = state.Source == SyntheticGrid.Source,
        Stale = freshness.IsStale(state.Source),
        GridZone = state.Zone is { } zone ? ZoneMessage.From(zone) : null,
        CapturedAt = state.CapturedAt.ToTimestamp(),
    };

    public NationalGrid National(NationalState state, DateTimeOffset windowStart)
    {
        var grid = new NationalGrid
        {
            Window = Window(windowStart, windowStart + HalfHour.Length),
            CarbonIntensity = state.Intensity is { } intensity ? Point(intensity) : null,
            Demand = state.Demand is { } demand ? Point(demand) : null,
            SystemPrice = state.SystemPrice is { } price ? Point(price) : null,
            GenerationMix = { state.Mix.Select(Share) },
            GenerationMixSource = state.MixSource,
        };
        if (state.Mix.Count > 0)
            grid.RenewableMixPercent = (double)GenerationMix.Renewable(state.Mix);
        grid.Synthetic = state.MixSource == SyntheticGrid.Source
            || new[] { grid.CarbonIntensity, grid.Demand, grid.SystemPrice }.Any(p => p is { Synthetic: true });
        return grid;
    }

    public GridPoint Point(SeriesPoint point)
    {
        var period = SettlementPeriod.Containing(point.Start);
        return new GridPoint
        {
            Window = Window(point.Start, point.Start + HalfHour.Length),
            Value = point.Value,
            CarbonIndex = point.Index ?? "",
            Actual = point.Actual,
            Source = point.Source,
            Synthetic = point.Source == SyntheticGrid.Source,
            Stale = freshness.IsStale(point.Source),
            CapturedAt = point.CapturedAt.ToTimestamp(),
            SettlementDate = period.Date.ToString("yyyy-MM-dd"),
            SettlementPeriod = period.Number,
        };
    }

    public GridPoint Point(ForecastPoint forecast, DateTimeOffset asKnownAt)
    {
        var point = Point(forecast.Point);
        point.Model = forecast.Model;
        point.Band80 = Band(forecast.Band80);
        point.Band95 = Band(forecast.Band95);
        point.AsKnownAt = asKnownAt.ToTimestamp();
        return point;
    }

    public static ForecastAccuracy Accuracy(MeasuredAccuracy measured)
    {
        var accuracy = new ForecastAccuracy
        {
            FromHour = measured.FromHour,
            ToHour = measured.FromHour + ErrorQuantiles.BlockHours - 1,
            Model = measured.Model,
            Pairs = measured.Pairs,
            MeanAbsoluteError = measured.AbsoluteError,
            MeanError = measured.Error,
            SmapePercent = measured.SymmetricPercent,
        };
        if (measured.Coverage80 is { } of80)
            accuracy.Coverage80Percent = of80;
        if (measured.Coverage95 is { } of95)
            accuracy.Coverage95Percent = of95;
        if (measured.NaiveError is { } naive)
            accuracy.NaiveMeanAbsoluteError = naive;
        return accuracy;
    }

    private static V1.ForecastBand? Band(Pylon.Forecasting.Models.ForecastBand? band) =>
        band is { } range ? new V1.ForecastBand { Lower = range.Lower, Upper = range.Upper } : null;

    public static ResolvePostcodeResponse Postcode(string outward, PostcodeRegion found) => new()
    {
        OutwardCode = outward,
        RegionId = found.RegionId,
        RegionName = found.RegionName,
        Source = CarbonIntensitySource.Id,
        CapturedAt = found.CapturedAt.ToTimestamp(),
        Note = found.Note,
    };

    private static FuelShare Share(FuelPercent fuel) => new() { Fuel = fuel.Fuel, Percent = (double)fuel.Percent };

    private static Window Window(DateTimeOffset start, DateTimeOffset end) => new() { StartTime = start.ToTimestamp(), EndTime = end.ToTimestamp() };
}
