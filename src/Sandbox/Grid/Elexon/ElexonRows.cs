using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Grid.Simulation;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Grid.Elexon;

/// <summary>The rows of the Insights API.</summary>
internal static class ElexonRows
{
    // The second provider has reported only zeros for years.
    public static readonly IReadOnlyList<string> Providers = ["APXMIDP", "N2EXMIDP"];

    private static readonly string[] Numbers = ["systemSellPrice", "systemBuyPrice", "price", "initialDemandOutturn", "nationalDemand"];

    public static JObject SystemPrice(DateTimeOffset window)
    {
        var price = SimulatedMarket.SystemPrice(window);
        var imbalance = SimulatedMarket.Imbalance(window);
        var row = Period(window);
        row["createdDateTime"] = Json.Time(window + TimeSpan.FromMinutes(45));
        row["systemSellPrice"] = price;
        row["systemBuyPrice"] = price;
        row["bsadDefaulted"] = false;
        row["priceDerivationCode"] = imbalance > 0 ? "P" : "N";
        row["reserveScarcityPrice"] = 0;
        row["netImbalanceVolume"] = imbalance;
        row["sellPriceAdjustment"] = 0;
        row["buyPriceAdjustment"] = 0;
        row["replacementPrice"] = null;
        row["replacementPriceReferenceVolume"] = null;
        row["totalAcceptedOfferVolume"] = 900 + Math.Max(0, imbalance);
        row["totalAcceptedBidVolume"] = -900 + Math.Min(0, imbalance);
        row["totalAdjustmentSellVolume"] = 0;
        row["totalAdjustmentBuyVolume"] = 0;
        return row;
    }

    public static JObject MarketIndex(DateTimeOffset window, string provider)
    {
        var row = new JObject { ["startTime"] = Json.Time(window), ["dataProvider"] = provider };
        row.Merge(Date(window));
        row["price"] = provider == Providers[0] ? SimulatedMarket.MarketPrice(window) : 0m;
        row["volume"] = provider == Providers[0] ? SimulatedMarket.MarketVolume(window) : 0m;
        return row;
    }

    public static JObject Outturn(DateTimeOffset window, DateTimeOffset published)
    {
        var row = new JObject { ["publishTime"] = Json.Time(published), ["startTime"] = Json.Time(window) };
        row.Merge(Date(window));
        row["initialDemandOutturn"] = SimulatedMarket.Demand(window);
        row["initialTransmissionSystemDemandOutturn"] = SimulatedMarket.TransmissionDemand(window);
        return row;
    }

    public static JObject Forecast(DateTimeOffset window, DateTimeOffset published)
    {
        var row = new JObject { ["publishTime"] = Json.Time(published), ["startTime"] = Json.Time(window) };
        row.Merge(Date(window));
        row["boundary"] = "N";
        row["transmissionSystemDemand"] = SimulatedMarket.TransmissionDemand(window);
        row["nationalDemand"] = SimulatedMarket.ExpectedDemand(window, published);
        return row;
    }

    public static IEnumerable<JValue> Values(JObject row) => Numbers.Select(n => row[n]).OfType<JValue>();

    private static JObject Period(DateTimeOffset window)
    {
        var row = Date(window);
        row["startTime"] = Json.Time(window);
        return row;
    }

    private static JObject Date(DateTimeOffset window) => new()
    {
        ["settlementDate"] = SettlementDay.Write(SettlementDay.Of(window)),
        ["settlementPeriod"] = SettlementDay.Period(window),
    };
}
