using Pylon.Cli.Output;
using Pylon.Ingestion.V1;

namespace Pylon.Cli.Commands;

/// <summary>The grid in tables and bars.</summary>
internal static class GridText
{
    private const int BarWidth = 8;
    private const int MixBarWidth = 40;

    /// <summary>Each region now, the cleanest first, with a bar and the next hours.</summary>
    public static Sheet Regions(IReadOnlyCollection<RegionalGrid> regions, IReadOnlyDictionary<int, IReadOnlyList<GridPoint>> forecasts)
    {
        var sheet = new Sheet(
            new("", Right: true), new("region"), new("gCO2/kWh", Right: true), new("", Rank: 1), new("index", Rank: 4), new("renewable", Right: true, Rank: 3), new("next 24 h", Rank: 2), new("source", Rank: 5));
        var most = regions.Count > 0 ? regions.Max(one => one.CarbonIntensityGco2Kwh) : 0;
        foreach (var one in regions.OrderBy(one => one.CarbonIntensityGco2Kwh))
        {
            sheet.Add(
                one.RegionId.ToString(), one.RegionName, Figures.Number(one.CarbonIntensityGco2Kwh), Bars.Bar(one.CarbonIntensityGco2Kwh, most, BarWidth), one.CarbonIndex,
                Figures.Percent(one.RenewableMixPercent), forecasts.TryGetValue(one.RegionId, out var points) ? Curve(points, hours: 2) : Words.None, Source(one));
        }

        return sheet;
    }

    /// <summary>A region in lines.</summary>
    public static IEnumerable<string> Region(RegionalGrid one, IReadOnlyList<GridPoint> forecast)
    {
        yield return $"{one.RegionName} (region {one.RegionId}{(one.DnoRegion.Length > 0 ? $", {one.DnoRegion}" : "")}), {Figures.Period(one.Window)} UTC";
        yield return $"carbon:    {Figures.Number(one.CarbonIntensityGco2Kwh)} gCO2/kWh, {one.CarbonIndex}; {Figures.Percent(one.RenewableMixPercent)} renewable";
        if (forecast.Count > 0)
        {
            var (least, most) = (forecast.MinBy(point => point.Value)!, forecast.MaxBy(point => point.Value)!);
            yield return $"next 24 h: {Curve(forecast, hours: 1)}";
            yield return $"           least {Figures.Number(least.Value)} at {Figures.Moment(least.Window?.StartTime)}, most {Figures.Number(most.Value)} at {Figures.Moment(most.Window?.StartTime)}";
        }

        foreach (var line in Mix(one.GenerationMix))
            yield return line;
        yield return $"source:    {Source(one)}, captured {Figures.Moment(one.CapturedAt)}";
    }

    /// <summary>A bar for each fuel, the largest first.</summary>
    public static IEnumerable<string> Mix(IEnumerable<FuelShare> mix)
    {
        var shares = mix.OrderByDescending(one => one.Percent).ToList();
        foreach (var one in shares)
            yield return $"  {one.Fuel,-8} {Figures.Percent(one.Percent),7}  {Bars.Bar(one.Percent, shares[0].Percent, MixBarWidth)}".TrimEnd();
    }

    /// <summary>Great Britain in lines.</summary>
    public static IEnumerable<string> National(NationalGrid grid)
    {
        yield return $"Great Britain, {Figures.Period(grid.Window)} UTC";
        foreach (var (name, unit, point) in new[] { ("carbon:", "gCO2/kWh", grid.CarbonIntensity), ("demand:", "MW", grid.Demand), ("price:", "GBP/MWh", grid.SystemPrice) })
        {
            if (point is not null)
                yield return $"{name,-10} {Figures.Number(point.Value)} {unit}{(point.CarbonIndex.Length > 0 ? $", {point.CarbonIndex}" : "")}  ({(point.Actual ? "actual" : "forecast")}, {Source(point)})";
        }

        if (grid.HasRenewableMixPercent)
            yield return $"renewable: {Figures.Percent(grid.RenewableMixPercent)}";
        foreach (var line in Mix(grid.GenerationMix))
            yield return line;
        if (grid.GenerationMixSource.Length > 0)
            yield return $"source:    {grid.GenerationMixSource}{(grid.Synthetic ? ", synthetic" : "")}";
    }

    /// <summary>A row an hour: its first half hour.</summary>
    public static Sheet Forecast(IEnumerable<GridPoint> points)
    {
        var sheet = new Sheet(new("from (UTC)"), new("value", Right: true), new("80 %", Right: true, Rank: 1), new("95 %", Right: true, Rank: 4), new("index", Rank: 3), new("source", Rank: 2), new("model", Rank: 5));
        foreach (var one in points.Where(point => point.Window.StartTime.ToDateTime().Minute == 0))
            sheet.Add(Figures.Moment(one.Window.StartTime), Figures.Number(one.Value), Range(one.Band80), Range(one.Band95), Words.Of(one.CarbonIndex), one.Source + (one.Stale ? " (stale)" : ""), Words.Of(one.Model));
        return sheet;
    }

    public static Sheet Accuracy(IEnumerable<ForecastAccuracy> accuracy)
    {
        var sheet = new Sheet(
            new("hours ahead"), new("forecast"), new("mean error", Right: true), new("absolute", Right: true), new("of a simple one", Right: true, Rank: 1), new("sMAPE", Right: true, Rank: 3),
            new("in 80 %", Right: true, Rank: 2), new("in 95 %", Right: true, Rank: 4), new("pairs", Right: true, Rank: 5));
        foreach (var one in accuracy)
        {
            sheet.Add(
                $"{one.FromHour}–{one.ToHour}", one.Model, Figures.Number(one.MeanError), Figures.Number(one.MeanAbsoluteError), Figures.Number(one.HasNaiveMeanAbsoluteError ? one.NaiveMeanAbsoluteError : null),
                Figures.Percent(one.SmapePercent), Figures.Percent(one.HasCoverage80Percent ? one.Coverage80Percent : null), Figures.Percent(one.HasCoverage95Percent ? one.Coverage95Percent : null), $"{one.Pairs:#,0}");
        }

        return sheet;
    }

    // A column for so many hours.
    private static string Curve(IReadOnlyList<GridPoint> points, int hours) => Bars.Line([.. points.Chunk(2 * hours).Select(some => some.Average(point => point.Value))]);

    private static string Range(ForecastBand? band) => band is null ? Words.None : $"{Figures.Number(band.Lower)} – {Figures.Number(band.Upper)}";

    private static string Source(RegionalGrid one) => one.Source + (one.Synthetic ? ", synthetic" : "") + (one.Stale ? ", stale" : "");

    private static string Source(GridPoint one) => one.Source + (one.Synthetic ? ", synthetic" : "") + (one.Stale ? ", stale" : "");
}
