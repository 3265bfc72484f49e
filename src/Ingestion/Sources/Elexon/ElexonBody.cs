using System.Text.Json;

namespace Pylon.Ingestion.Sources.Elexon;

/// <summary>
/// Reads the bodies of the Elexon Insights API (bmrs.elexon.co.uk/api-documentation): system prices, market index prices,
/// demand outturn (INDO, ITSDO) and the day-ahead demand forecast (NDF). The columns of a row tell what it is.
/// </summary>
internal static class ElexonBody
{
    private const decimal MostMw = 99_999;
    private const decimal MostPrice = 10_000;
    private const decimal MostVolume = 1_000_000;

    public static Harvest Read(string body, string dataset)
    {
        var harvest = new Harvest(dataset);
        if (JsonBody.Parse(body, harvest) is not { } root)
            return harvest;
        if (root.ValueKind == JsonValueKind.Object && !root.Has("data"))
            harvest.Problem = root.Has("title") || root.Has("status") || root.Has("message")
                ? $"the source says {Row.From(root).Text("status")} {Row.From(root).Text("title") ?? Row.From(root).Text("message")}".TrimEnd()
                : "the answer has no data";
        // Some endpoints answer a bare list when asked for a stream.
        foreach (var element in root.ValueKind == JsonValueKind.Array ? root.EnumerateArray() : root.Each("data"))
            harvest.Take(Row.From(element), row => ReadRow(harvest, row, element));
        return harvest;
    }

    private static void ReadRow(Harvest harvest, Row row, JsonElement element)
    {
        var period = row.Period("settlementDate", "settlementPeriod");
        if (row.Problem is null && row.Text("startTime") is not null && row.Time("startTime") is var start && row.Problem is null && start != period.Start)
            row.Fail($"startTime is not the start of settlement period {period}");

        if (element.Has("systemSellPrice"))
            ReadSystemPrice(harvest, row, period);
        else if (element.Has("dataProvider"))
            ReadMarketIndex(harvest, row, period);
        else if (element.Has("initialDemandOutturn"))
            ReadOutturn(harvest, row, period);
        else if (element.Has("nationalDemand"))
            ReadForecast(harvest, row, period);
        else
            row.Fail("no known dataset has these columns");
    }

    private static void ReadSystemPrice(Harvest harvest, Row row, Settlement.SettlementPeriod period)
    {
        var value = new PriceValue(
            period, PriceValue.System, "", row.Number("systemSellPrice", -MostPrice, MostPrice), row.OptionalNumber("systemBuyPrice", -MostPrice, MostPrice),
            row.OptionalNumber("netImbalanceVolume", -MostVolume, MostVolume), row.Body);
        if (harvest.IsFirst(row, (value.Type, period), value))
            harvest.Prices.Add(value);
    }

    private static void ReadMarketIndex(Harvest harvest, Row row, Settlement.SettlementPeriod period)
    {
        var value = new PriceValue(
            period, PriceValue.MarketIndex, row.Text("dataProvider") ?? "", row.Number("price", -MostPrice, MostPrice), null,
            row.OptionalNumber("volume", 0, MostVolume), row.Body);
        if (harvest.IsFirst(row, (value.Type, value.Provider, period), value))
            harvest.Prices.Add(value);
    }

    private static void ReadOutturn(Harvest harvest, Row row, Settlement.SettlementPeriod period)
    {
        var value = new DemandActualValue(
            period, row.Number("initialDemandOutturn", 1, MostMw), row.OptionalNumber("initialTransmissionSystemDemandOutturn", 1, MostMw), row.Body);
        if (harvest.IsFirst(row, ("outturn", period), value))
            harvest.DemandActuals.Add(value);
    }

    private static void ReadForecast(Harvest harvest, Row row, Settlement.SettlementPeriod period)
    {
        // Zones of the transmission grid have letters of their own; N is the nation.
        if (row.Text("boundary") is { } boundary && boundary != "N")
            row.Fail($"the boundary {boundary} is not the nation");
        var published = row.Text("publishTime") is null ? (DateTimeOffset?)null : row.Time("publishTime");
        var value = new DemandForecastValue(period.Start, period.End, period, "", row.Number("nationalDemand", 1, MostMw), published, row.Body);
        if (harvest.IsFirst(row, ("forecast", period, published), value))
            harvest.DemandForecasts.Add(value);
    }
}
