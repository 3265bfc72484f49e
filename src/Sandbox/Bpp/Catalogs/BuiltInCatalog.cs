using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Bpp.Protocol;

namespace Pylon.Sandbox.Bpp.Catalogs;

/// <summary>
/// The default catalogue: UK grid windows, each today or, when it is over, tomorrow. The times of a catalogue are times of
/// day on its first day of validity, so today and tomorrow are one catalogue each.
/// </summary>
internal static class BuiltInCatalog
{
    public const string Provider = "provider-pylon-sandbox";

    /// <summary>Changes at most once an hour: every window begins and ends on the hour.</summary>
    public static JArray For(DateTimeOffset now, string bppId) => new(GridWindow.BuiltIn
        .GroupBy(window => DateOnly.FromDateTime(now.UtcDateTime).AddDays(now.Hour < window.Start + window.Hours ? 0 : 1))
        .OrderBy(day => day.Key)
        .Select(day => For(day.Key, [.. day], bppId)));

    private static JObject For(DateOnly day, IReadOnlyList<GridWindow> windows, string bppId)
    {
        var date = day.ToString("yyyy-MM-dd");
        return new JObject
        {
            ["@context"] = Schema.Core,
            ["@type"] = "beckn:Catalog",
            ["beckn:id"] = "catalog-pylon-sandbox-uk-" + date,
            ["beckn:descriptor"] = Descriptor("Grid Flexibility Windows - Great Britain", "Low-carbon compute windows of the day, made up by the sandbox"),
            ["beckn:bppId"] = bppId,
            ["beckn:validity"] = new JObject
            {
                ["@type"] = "beckn:TimePeriod",
                ["schema:startDate"] = date + "T00:00:00Z",
                ["schema:endDate"] = date + "T23:59:59Z",
            },
            ["beckn:provider"] = new JObject
            {
                ["@context"] = Schema.Core,
                ["@type"] = "beckn:Provider",
                ["beckn:id"] = Provider,
                ["beckn:descriptor"] = Descriptor("Pylon Sandbox Grid", "A grid flexibility service that exists on this machine only"),
                ["beckn:rateable"] = false,
            },
            ["beckn:items"] = new JArray(windows.Select(Item)),
            ["beckn:offers"] = new JArray(windows.Select(Offer)),
        };
    }

    private static JObject Item(GridWindow window) => new()
    {
        ["@context"] = Schema.Core,
        ["@type"] = "beckn:Item",
        ["beckn:id"] = ItemId(window),
        ["beckn:descriptor"] = Descriptor(window.Name, $"{window.Renewable} % renewable in {window.Area}"),
        ["beckn:rateable"] = false,
        ["beckn:availableAt"] = Location(window),
        ["beckn:itemAttributes"] = new JObject
        {
            ["@context"] = Schema.ComputeEnergy,
            ["@type"] = "beckn:ComputeEnergyWindow",
            ["beckn:gridParameters"] = new JObject
            {
                ["gridArea"] = window.Area,
                ["gridZone"] = window.Zone,
                ["renewableMix"] = window.Renewable,
                ["renewableMixUnit"] = "percent",
                ["carbonIntensity"] = window.Carbon,
                ["carbonIntensityUnit"] = "gCO2/kWh",
            },
            ["beckn:timeWindow"] = new JObject
            {
                ["start"] = Hour(window.Start),
                ["end"] = Hour(window.Start + window.Hours),
                ["duration"] = $"PT{window.Hours}H",
            },
            ["beckn:capacityParameters"] = new JObject
            {
                ["availableCapacity"] = (decimal)window.Capacity,
                ["capacityUnit"] = "MW",
                ["reservationRequired"] = true,
            },
        },
    };

    private static JObject Location(GridWindow window)
    {
        JArray Corner(double east, double north) => new(Math.Round(window.West + east, 2), Math.Round(window.South + north, 2));
        return new JObject
        {
            ["@type"] = "beckn:Location",
            ["geo"] = new JObject
            {
                ["type"] = "Polygon",
                ["coordinates"] = new JArray(new JArray(Corner(0, 0), Corner(0.6, 0), Corner(0.6, 0.5), Corner(0, 0.5), Corner(0, 0))),
            },
            ["address"] = new JObject
            {
                ["streetAddress"] = window.Area + " Grid Zone",
                ["addressLocality"] = window.Locality,
                ["addressRegion"] = window.Region,
                ["addressCountry"] = "GB",
            },
        };
    }

    private static JObject Offer(GridWindow window) => new()
    {
        ["@context"] = Schema.Core,
        ["@type"] = "beckn:Offer",
        ["beckn:id"] = "offer-uk-" + window.Key,
        ["beckn:descriptor"] = new JObject { ["@type"] = "beckn:Descriptor", ["schema:name"] = window.Name + " Slot" },
        ["beckn:provider"] = Provider,
        ["beckn:items"] = new JArray(ItemId(window)),
        ["beckn:price"] = new JObject { ["value"] = window.Price, ["currency"] = "GBP" },
        ["beckn:offerAttributes"] = new JObject
        {
            ["@context"] = Schema.ComputeEnergy,
            ["@type"] = "beckn:ComputeEnergyPricing",
            ["beckn:unit"] = "per_kWh",
            ["beckn:priceStability"] = "stable",
        },
    };

    private static string ItemId(GridWindow window) => "item-uk-" + window.Key;

    private static string Hour(int hour) => (hour % 24).ToString("00") + ":00:00Z";

    private static JObject Descriptor(string name, string description) => new()
    {
        ["@type"] = "beckn:Descriptor",
        ["schema:name"] = name,
        ["beckn:shortDesc"] = description,
    };
}
