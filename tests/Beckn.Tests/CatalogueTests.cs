using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pylon.Common.V1;

namespace Pylon.Beckn.Tests;

public sealed class CatalogueTests
{
    // The shape of the compute-energy examples; places and figures are made up.
    private const string OnDiscover =
        """
        {
          "context": { "action": "on_discover", "bpp_id": "windows.example", "bpp_uri": "https://windows.example/bpp" },
          "message": {
            "catalogs": [
              {
                "@type": "beckn:Catalog",
                "beckn:validity": { "schema:startDate": "2026-03-04T00:00:00Z", "schema:endDate": "2026-03-04T23:59:59Z" },
                "beckn:provider": { "@type": "beckn:Provider", "beckn:id": "provider-north" },
                "beckn:items": [
                  {
                    "@type": "beckn:Item",
                    "beckn:id": "item-harbour",
                    "beckn:availableAt": {
                      "@type": "beckn:Location",
                      "address": { "addressLocality": "Harbour", "addressRegion": "North Coast", "addressCountry": "GB" }
                    },
                    "beckn:itemAttributes": {
                      "beckn:gridParameters": {
                        "gridArea": "Harbour-East", "gridZone": "NC-1", "renewableMix": 88, "carbonIntensity": 42
                      },
                      "beckn:timeWindow": { "start": "10:00:00Z", "end": "14:00:00Z", "duration": "PT4H" },
                      "beckn:capacityParameters": { "availableCapacity": 12.5, "capacityUnit": "MW" }
                    }
                  }
                ],
                "beckn:offers": [
                  {
                    "@type": "beckn:Offer",
                    "beckn:id": "offer-harbour",
                    "beckn:provider": "provider-of-the-offer",
                    "beckn:items": ["item-harbour"],
                    "beckn:price": { "currency": "GBP", "value": 0.104 },
                    "beckn:offerAttributes": { "beckn:unit": "per_kWh" }
                  }
                ]
              }
            ]
          }
        }
        """;

    [Fact]
    public void ItemIsReadWhole()
    {
        var item = Assert.Single(Read(_ => { }));
        Assert.Equal(("item-harbour", "provider-north", "windows.example", "https://windows.example/bpp"), (item.ItemId, item.ProviderId, item.BppId, item.BppUri));
        Assert.Equal(("NC-1", "Harbour-East", "Harbour", "North Coast", "GB"), (item.GridZone, item.GridArea, item.Locality, item.Region, item.Country));
        Assert.Equal((88, 42, 12.5), (item.RenewableMixPercent, item.CarbonIntensity, item.AvailableCapacityMw));
        Assert.Equal("2026-03-04 10:00 to 2026-03-04 14:00", Text(item.Window));
        Assert.Equal(new Price { Value = 0.104, Currency = "GBP", Unit = "per_kWh" }, item.Price);
        Assert.Equal("offer-harbour", item.Offer!.Value.GetProperty("beckn:id").GetString());
    }

    [Fact]
    public void LoneObjectsStandForArraysAndArraysForObjects()
    {
        var item = Assert.Single(Read(root =>
        {
            var item = Item(root);
            item["beckn:availableAt"] = new JsonArray(item["beckn:availableAt"]!.DeepClone());
            var catalogue = Catalogue(root);
            catalogue["beckn:items"] = item.DeepClone();
            var offer = catalogue["beckn:offers"]![0]!.DeepClone();
            offer["beckn:items"] = "item-harbour";
            catalogue["beckn:offers"] = offer;
            root["message"]!["catalogs"] = catalogue.DeepClone();
        }));
        Assert.Equal(("Harbour", 0.104), (item.Locality, item.Price!.Value));
    }

    [Fact]
    public void NumbersMayBeStrings()
    {
        var item = Assert.Single(Read(root =>
        {
            Grid(root)["renewableMix"] = "88.5";
            Grid(root)["carbonIntensity"] = " 42 ";
            Item(root)["beckn:itemAttributes"]!["beckn:capacityParameters"]!["availableCapacity"] = "7";
            Offer(root)["beckn:price"]!["value"] = "0.2";
        }));
        Assert.Equal((88.5, 42, 7, 0.2), (item.RenewableMixPercent, item.CarbonIntensity, item.AvailableCapacityMw, item.Price!.Value));
    }

    [Theory]
    [InlineData("10:00:00Z", "14:00:00Z", "2026-03-04 10:00 to 2026-03-04 14:00")]
    [InlineData("10:00", "14:00", "2026-03-04 10:00 to 2026-03-04 14:00")]
    [InlineData("10:00:00+02:00", "14:00:00+02:00", "2026-03-04 08:00 to 2026-03-04 12:00")]
    [InlineData("22:00:00Z", "04:00:00Z", "2026-03-04 22:00 to 2026-03-05 04:00")]
    [InlineData("00:00:00Z", "00:00:00Z", "2026-03-04 00:00 to 2026-03-05 00:00")]
    [InlineData("2026-03-06T10:00:00Z", "2026-03-06T12:00:00Z", "2026-03-06 10:00 to 2026-03-06 12:00")]
    [InlineData("2026-03-06T10:00:00+01:00", "2026-03-06T12:00:00+01:00", "2026-03-06 09:00 to 2026-03-06 11:00")]
    [InlineData("2026-03-06T10:00:00Z", null, "2026-03-06 10:00 to 2026-03-06 14:00")]
    [InlineData("22:00:00Z", null, "2026-03-04 22:00 to 2026-03-05 02:00")]
    [InlineData("2026-03-06T12:00:00Z", "2026-03-06T10:00:00Z", null)]
    [InlineData("9999-12-31T23:00:00Z", "9999-12-31T22:00:00Z", null)]
    [InlineData(null, "14:00:00Z", null)]
    [InlineData("soon", "14:00:00Z", null)]
    [InlineData("25:00:00Z", "26:00:00Z", null)]
    public void WindowIsOfTimesOrOfTimesOfTheFirstDay(string? start, string? end, string? expected)
    {
        var items = Read(root =>
        {
            var window = Item(root)["beckn:itemAttributes"]!["beckn:timeWindow"]!;
            window["start"] = start;
            window["end"] = end;
        });
        Assert.Equal(expected, Text(items.SingleOrDefault()?.Window));
    }

    [Theory]
    [InlineData("9999-12-31T00:00:00Z")]
    [InlineData("tomorrow")]
    [InlineData(null)]
    public void TimesOfDayOfNoUsableDayAreNoWindow(string? startDate)
    {
        Assert.Empty(Read(root =>
        {
            Catalogue(root)["beckn:validity"]!["schema:startDate"] = startDate;
            Item(root)["beckn:itemAttributes"]!["beckn:timeWindow"]!["start"] = "22:00:00Z";
            Item(root)["beckn:itemAttributes"]!["beckn:timeWindow"]!["end"] = "04:00:00Z";
        }));
    }

    [Theory]
    [InlineData("-PT4H")]
    [InlineData("PT0S")]
    [InlineData("P99999999D")]
    [InlineData("four hours")]
    public void UnusableDurationIsNoWindow(string duration) =>
        Assert.Empty(Read(root => Item(root)["beckn:itemAttributes"]!["beckn:timeWindow"] =
            new JsonObject { ["start"] = "2026-03-06T10:00:00Z", ["duration"] = duration }));

    [Fact]
    public void ItemWithoutAWindowIsRead() =>
        Assert.Null(Assert.Single(Read(root => Item(root)["beckn:itemAttributes"]!.AsObject().Remove("beckn:timeWindow"))).Window);

    [Theory]
    [InlineData("0.088", "kgCO2/kWh", 88.0)]
    [InlineData("88", "gCO2/kWh", 88.0)]
    [InlineData("88", "gCO2e/kWh", 88.0)]
    [InlineData("88", "gCO2eq/kWh", 88.0)]
    [InlineData("88", "g CO₂ / kWh", 88.0)]
    [InlineData("88", "GCO2/KWH", 88.0)]
    [InlineData("88", "gCO2_per_kWh", 88.0)]
    [InlineData("88", "gCO2 per kWh", 88.0)]
    [InlineData("88", "kgCO2/MWh", 88.0)]
    [InlineData("0.088", "tCO2/MWh", 88.0)]
    [InlineData("\"0.088\"", "kgCO2/kWh", 88.0)]
    [InlineData("100", "lbCO2/MWh", 45.359237)]
    [InlineData("88", null, 88.0)]
    [InlineData("0.088", "stone/BTU", null)]
    [InlineData("0.088", "", 0.088)]
    [InlineData("1e308", "kgCO2/kWh", null)]
    public void CarbonIntensityIsReadInItsUnit(string value, string? unit, double? expected)
    {
        var item = Assert.Single(Read(root =>
        {
            Grid(root)["carbonIntensity"] = JsonNode.Parse(value);
            Grid(root)["carbonIntensityUnit"] = unit;
        }));
        if (expected is { } number)
            Assert.Equal(number, item.CarbonIntensity!.Value, 9);
        else
            Assert.Null(item.CarbonIntensity);
    }

    [Fact]
    public void UnitMayBeInsideTheNumber() =>
        Assert.Equal(88, Assert.Single(Read(root => Grid(root)["carbonIntensity"] = JsonNode.Parse("""{"value":0.088,"unit":"kgCO2/kWh"}"""))).CarbonIntensity!.Value, 9);

    [Fact]
    public void UnitThatIsNoTextIsNotKnown() => Assert.Null(Assert.Single(Read(root => Grid(root)["carbonIntensityUnit"] = 7)).CarbonIntensity);

    [Theory]
    [InlineData("500", "kW", 0.5)]
    [InlineData("2", "GW", 2000.0)]
    [InlineData("2", "MW", 2.0)]
    [InlineData("2", "horses", null)]
    public void CapacityIsReadInItsUnit(string value, string unit, double? expected) =>
        Assert.Equal(expected, Assert.Single(Read(root => Item(root)["beckn:itemAttributes"]!["beckn:capacityParameters"] =
            new JsonObject { ["availableCapacity"] = JsonNode.Parse(value), ["capacityUnit"] = unit })).AvailableCapacityMw);

    [Theory]
    [InlineData("0.8", "fraction", 80.0)]
    [InlineData("80", "percent", 80.0)]
    [InlineData("80", "%", 80.0)]
    public void RenewableMixIsReadInItsUnit(string value, string unit, double expected) =>
        Assert.Equal(expected, Assert.Single(Read(root =>
        {
            Grid(root)["renewableMix"] = JsonNode.Parse(value);
            Grid(root)["renewableMixUnit"] = unit;
        })).RenewableMixPercent);

    [Fact]
    public void MissingCarbonIntensityIsNotZero()
    {
        Assert.Null(Assert.Single(Read(root => Grid(root).AsObject().Remove("carbonIntensity"))).CarbonIntensity);
        Assert.Null(Assert.Single(Read(root => Grid(root)["carbonIntensity"] = "n/a")).CarbonIntensity);
        Assert.Null(Assert.Single(Read(root => Grid(root)["carbonIntensity"] = "NaN")).CarbonIntensity);
    }

    [Theory]
    [InlineData("renewableMix", "101")]
    [InlineData("renewableMix", "-1")]
    [InlineData("renewableMix", "\"most\"")]
    [InlineData("renewableMix", "null")]
    [InlineData("renewableMix", "{}")]
    [InlineData("renewableMix", "1e400")]
    [InlineData("carbonIntensity", "-5")]
    public void ItemThatCannotBeRankedHonestlyIsLeftOut(string parameter, string value) =>
        Assert.Empty(Read(root => Grid(root)[parameter] = JsonNode.Parse(value)));

    [Fact]
    public void ItemWithoutAnIdIsLeftOut() => Assert.Empty(Read(root => Item(root).AsObject().Remove("beckn:id")));

    [Fact]
    public void ProviderIsThatOfTheItemThenTheCatalogueThenTheOffer()
    {
        Assert.Equal("of-the-item", Assert.Single(Read(root => Item(root)["beckn:provider"] = new JsonObject { ["beckn:id"] = "of-the-item" })).ProviderId);
        Assert.Equal("of-the-item", Assert.Single(Read(root => Item(root)["beckn:provider"] = "of-the-item")).ProviderId);
        Assert.Equal("provider-of-the-offer", Assert.Single(Read(root => Catalogue(root).AsObject().Remove("beckn:provider"))).ProviderId);
        Assert.Equal("", Assert.Single(Read(root =>
        {
            Catalogue(root).AsObject().Remove("beckn:provider");
            Catalogue(root).AsObject().Remove("beckn:offers");
        })).ProviderId);
    }

    [Fact]
    public void OfferIsOptional()
    {
        var item = Assert.Single(Read(root => Catalogue(root).AsObject().Remove("beckn:offers")));
        Assert.Null(item.Offer);
        Assert.Null(item.Price);
    }

    [Fact]
    public void OlderPriceKeyIsRead() =>
        Assert.Equal(0.3, Assert.Single(Read(root => Offer(root)["beckn:price"] = new JsonObject { ["currency"] = "GBP", ["price"] = 0.3 })).Price!.Value);

    [Theory]
    [InlineData("[]")]
    [InlineData("7")]
    [InlineData("null")]
    [InlineData("{\"message\":7}")]
    [InlineData("{\"message\":{\"catalogs\":[7,null,\"x\",{\"beckn:items\":[7,null,{\"beckn:itemAttributes\":[]}]}]}}")]
    public void ForeignShapesAreAnEmptyCatalogue(string json) => Assert.Empty(Pylon.Beckn.Catalogue.Read(LenientJson.Parse(Encoding.UTF8.GetBytes(json))));

    private static IReadOnlyList<CatalogueItem> Read(Action<JsonNode> change)
    {
        var root = JsonNode.Parse(OnDiscover)!;
        change(root);
        return Pylon.Beckn.Catalogue.Read(JsonSerializer.SerializeToElement(root));
    }

    private static JsonNode Catalogue(JsonNode root) => root["message"]!["catalogs"]![0]!;

    private static JsonNode Item(JsonNode root) => Catalogue(root)["beckn:items"]![0]!;

    private static JsonNode Offer(JsonNode root) => Catalogue(root)["beckn:offers"]![0]!;

    private static JsonNode Grid(JsonNode root) => Item(root)["beckn:itemAttributes"]!["beckn:gridParameters"]!;

    private static string? Text(Window? window) =>
        window is null ? null : $"{window.StartTime.ToDateTime():yyyy-MM-dd HH:mm} to {window.EndTime.ToDateTime():yyyy-MM-dd HH:mm}";
}
