using System.Text.Json;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Sources.Elexon;

/// <summary>
/// Reads the bodies of the Elexon Insights API (bmrs.elexon.co.uk/api-documentation): system prices, market index prices,
/// demand outturn (INDO, ITSDO) and the day-ahead demand forecast (NDF). The columns of a row determine its dataset.
/// </summary>
internal static class ElexonBody
{
    private const decimal MostVolume = 1_000_000;

    public static ParsedBody Read(string body, string dataset)
    {
        var parsed = new ParsedBody(dataset);
        if (JsonBody.Parse(body, parsed) is not { } root)
            return parsed;
        if (root.ValueKind == JsonValueKind.Object && !root.Has("data"))
        {
            parsed.Problem = root.Has("title") || root.Has("status") || root.Has("message")
                ? $"the source says {Row.From(root).Text("status")} {Row.From(root).Text("title") ?? Row.From(root).Text("message")}".TrimEnd()
                : "the answer has no data";
        }

        // Some endpoints answer a bare list when asked for a stream.
        foreach (var element in root.ValueKind == JsonValueKind.Array ? root.EnumerateArray() : root.Each("data"))
            parsed.Take(Row.Whole(element), row => ReadRow(parsed, row, element));
        return parsed;
    }

    private static void ReadRow(ParsedBody parsed, Row row, JsonElement element)
    {
        var period = row.Period("settlementDate", "settlementPeriod");
        if (row.Problem is null && row.Text("startTime") is not null && row.Time("startTime") is var start && row.Problem is null && start != period.Start)
            row.Fail($"startTime is not the start of settlement period {period}");

        if (element.Has("systemSellPrice"))
            ReadSystemPrice(parsed, row, period);
        else if (element.Has("dataProvider"))
            ReadMarketIndex(parsed, row, period);
        else if (element.Has("initialDemandOutturn"))
            ReadOutturn(parsed, row, period);
        else if (element.Has("nationalDemand"))
            ReadForecast(parsed, row, period);
        else
            row.Fail("no known dataset has these columns");
    }

    private static void ReadSystemPrice(ParsedBody parsed, Row row, SettlementPeriod period)
    {
        var price = row.Value("systemSellPrice", SeriesDefinition.SystemPrice);
        var buyPrice = row.OptionalValue("systemBuyPrice", SeriesDefinition.SystemPrice);
        var volume = row.OptionalValue("netImbalanceVolume", -MostVolume, MostVolume);
        if (!parsed.IsFirst(row, ("system", period), (price, buyPrice, volume)))
            return;
        parsed.Add(new SeriesValue(SeriesDefinition.SystemPrice.Actuals!, period.Start, price) { Others = [buyPrice, volume], Details = row.Body });
        parsed.Add(new SeriesValue(SeriesDefinition.ImbalanceVolume.Actuals!, period.Start, volume));
    }

    private static void ReadMarketIndex(ParsedBody parsed, Row row, SettlementPeriod period)
    {
        var price = row.Value("price", SeriesDefinition.MarketIndexPrice);
        var volume = row.OptionalValue("volume", 0, MostVolume);
        var provider = row.Label("dataProvider") ?? "";
        if (parsed.IsFirst(row, ("market_index", provider, period), (price, volume)))
            parsed.Add(new SeriesValue(SeriesDefinition.MarketIndexPrice.Actuals!, period.Start, price) { Label = provider, Others = [null, volume], Details = row.Body });
    }

    private static void ReadOutturn(ParsedBody parsed, Row row, SettlementPeriod period)
    {
        var demand = row.Value("initialDemandOutturn", SeriesDefinition.Demand);
        var transmission = row.OptionalValue("initialTransmissionSystemDemandOutturn", SeriesDefinition.Demand);
        if (parsed.IsFirst(row, ("outturn", period), (demand, transmission)))
            parsed.Add(new SeriesValue(SeriesDefinition.Demand.Actuals!, period.Start, demand) { Others = [transmission], Details = row.Body });
    }

    private static void ReadForecast(ParsedBody parsed, Row row, SettlementPeriod period)
    {
        // Zones of the transmission grid have letters of their own; N is the nation.
        if (row.Text("boundary") is { } boundary && boundary != "N")
            row.Fail($"the boundary {boundary} is not the nation");
        var published = row.Text("publishTime") is null ? (DateTimeOffset?)null : row.Time("publishTime");
        var demand = row.Value("nationalDemand", SeriesDefinition.Demand);
        if (parsed.IsFirst(row, ("forecast", period, published), demand))
            parsed.Add(new SeriesValue(SeriesDefinition.Demand.Forecasts!, period.Start, demand) { CapturedAt = published, Details = row.Body });
    }
}
