using System.Text;
using System.Text.Json;

namespace Pylon.Beckn.Tests;

/// <summary>One item that cannot be used is left out with its reason; the items beside it are read.</summary>
public sealed class BadItemTests
{
    private const string Good = """{"beckn:id":"good","beckn:itemAttributes":{"beckn:gridParameters":{"gridZone":"Z","renewableMix":80,"carbonIntensity":50}}}""";

    private static readonly string Long = new('x', 201);

    public static TheoryData<string, string> Bad => new()
    {
        { Item(zone: $"\"{Long}\""), "gridZone has more than 200 characters" },
        { Item(zone: "\"a\\u0007b\""), "gridZone has a character that is not text" },
        { Item(zone: "\"a\\u0000b\""), "gridZone has a character that is not text" },
        { Item(zone: "\"a\\ud800b\""), "gridZone has a character that is not text" },
        { Item(zone: "\"a\\udc00\\ud800\""), "gridZone has a character that is not text" },
        { Item(zone: "7"), "gridZone is not a text" },
        { Item(zone: "{\"code\":\"Z\"}"), "gridZone is not a text" },
        { Item(id: $"\"{Long}\""), "beckn:id has more than 200 characters" },
        { Item(id: "\"a\\u0000b\""), "beckn:id has a character that is not text" },
        { Item(id: "7"), "beckn:id is missing" },
        { Item(mix: "1e400"), "renewableMix is not a number from 0 to 100" },
        { Item(mix: "NaN"), "renewableMix is not a number from 0 to 100" },
        { Item(mix: "-Infinity"), "renewableMix is not a number from 0 to 100" },
        { Item(mix: "1e999999999999"), "renewableMix is not a number from 0 to 100" },
        { Item(mix: new string('9', 200_000)), "renewableMix is not a number from 0 to 100" },
        { Item(area: $"\"{new string('x', 500)}\""), "gridArea has more than 200 characters" },
        { Item(more: $"\"beckn:provider\":\"{Long}\""), "beckn:provider has more than 200 characters" },
        { Item(more: $"\"beckn:descriptor\":{{\"schema:name\":\"{Long}\"}}"), "schema:name has more than 200 characters" },
        { Item(more: $"\"beckn:availableAt\":{{\"address\":{{\"addressLocality\":\"{Long}\"}}}}"), "addressLocality has more than 200 characters" },
        { Item(more: "\"beckn:availableAt\":{\"address\":{\"addressRegion\":[1]}}"), "addressRegion is not a text" },
        { Item(more: "\"beckn:availableAt\":{\"address\":{\"addressCountry\":\"G\\u0001\"}}"), "addressCountry has a character that is not text" },
        { Item(more: $"\"deep\":{string.Concat(Enumerable.Repeat("[", 100))}{string.Concat(Enumerable.Repeat("]", 100))}"), "the item is nested deeper than 32" },
        { "7", "beckn:id is missing" },
        { "null", "beckn:id is missing" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void BadItemIsLeftOutWithItsReasonBesideAGoodOne(string bad, string reason)
    {
        var reading = Read($"{Good},{bad}");
        Assert.Equal("good", Assert.Single(reading.Items).ItemId);
        Assert.Equal(reason, Assert.Single(reading.Rejected).Reason);
    }

    public static TheoryData<string, string> BadOffers => new()
    {
        { Offer(currency: $"\"{Long}\""), "currency has more than 200 characters" },
        { Offer(currency: "\"a\\u0007b\""), "currency has a character that is not text" },
        { Offer(unit: $"\"{Long}\""), "beckn:unit has more than 200 characters" },
        { Offer(unit: "\"a\\ud800b\""), "beckn:unit has a character that is not text" },
        { Offer(provider: $"\"{Long}\""), "beckn:provider has more than 200 characters" },
        { Offer(provider: "\"a\\u0000b\""), "beckn:provider has a character that is not text" },
        { Offer(id: "\"a\\u0007b\""), "beckn:id has a character that is not text" },
        { Offer(more: $"\"deep\":{string.Concat(Enumerable.Repeat("[", 100))}{string.Concat(Enumerable.Repeat("]", 100))}"), "the offer is nested deeper than 32" },
    };

    [Theory]
    [MemberData(nameof(BadOffers))]
    public void BadOfferIsLeftOutWithItsReasonAndTheItemHasItsNextOne(string bad, string reason)
    {
        var reading = ReadOffers($"{bad},{Offer(id: "\"next\"")}");
        var item = Assert.Single(reading.Items);
        Assert.Equal(("good", "p", "GBP", "per_kWh"), (item.ItemId, item.ProviderId, item.Price?.Currency, item.Price?.Unit));
        Assert.Equal("next", item.Offer?.Get("beckn:id").Text());
        Assert.Empty(reading.Rejected);
        Assert.Equal(reason, Assert.Single(reading.RejectedOffers).Reason);
    }

    [Fact]
    public void ItemWhoseOnlyOfferIsBadHasNone()
    {
        var reading = ReadOffers(Offer(currency: $"\"{Long}\""));
        var item = Assert.Single(reading.Items);
        Assert.Null(item.Offer);
        Assert.Null(item.Price);
    }

    [Fact]
    public void BadProviderOfTheCatalogueIsAsGoodAsNone()
    {
        var json = $$$"""{"message":{"catalogs":[{"beckn:provider":{"beckn:id":"{{{Long}}}"},"beckn:items":[{{{Good}}}],"beckn:offers":[{{{Offer()}}}]}]}}""";
        Assert.Equal("p", Assert.Single(Catalogue.Read(LenientJson.Parse(Encoding.UTF8.GetBytes(json)))).ProviderId);
    }

    [Fact]
    public void BytesThatAreNotUtf8ConcernTheirItemOnly()
    {
        var body = Encoding.UTF8.GetBytes(Body($"{Good},{Item(zone: "\"caf#\"")}"));
        body[Array.IndexOf(body, (byte)'#')] = 0xE9;
        var reading = Catalogue.ReadAll(LenientJson.Parse(body));
        Assert.Equal("good", Assert.Single(reading.Items).ItemId);
        Assert.Equal("gridZone has a character that is not text", Assert.Single(reading.Rejected).Reason);
    }

    [Theory]
    [InlineData("""{"a":"\\u0000 \\ud800"}""", """\u0000 \ud800""")]
    [InlineData("""{"a":"\ud83d\ude00"}""", "😀")]
    [InlineData("""{"a":"\\u0000"}""", """\u0000""")]
    [InlineData("""{"a":"\\\u0000"}""", "\\\uFFFD")]
    [InlineData("""{"\\u0000":1,"a":"\\\\u0000"}""", """\\u0000""")]
    [InlineData("\uFEFF{\"a\":\"b\"}", "b")]
    [InlineData("\uFEFF{\"a\":\"\\\\u0000 \\u0000\"}", "\\u0000 \uFFFD")]
    [InlineData("""{"a":"\ud83d\ude00 \u0000 \"NaN\" 1e999"}""", "😀 \uFFFD \"NaN\" 1e999")]
    public void OnlyWhatIsNotTextIsChanged(string json, string text) =>
        Assert.Equal(text, LenientJson.Parse(Encoding.UTF8.GetBytes(json)).Get("a").Text());

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("{\"a\":NaN")]
    [InlineData("not json \\u0000")]
    [InlineData("")]
    public void WhatIsNotJsonStaysUndefined(string json) =>
        Assert.Equal(JsonValueKind.Undefined, LenientJson.Parse(Encoding.UTF8.GetBytes(json)).ValueKind);

    [Fact]
    public void ContextThatCannotBeUsedIsAsGoodAsNone()
    {
        var json = $$$"""{"context":{"bpp_id":"{{{Long}}}","bpp_uri":"a\u0000"},"message":{"catalogs":[{"beckn:items":[{{{Good}}}]}]}}""";
        var item = Assert.Single(Catalogue.Read(LenientJson.Parse(Encoding.UTF8.GetBytes(json))));
        Assert.Equal(("", ""), (item.BppId, item.BppUri));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20261126)]
    public void GoodItemIsReadBesideAnyOther(int seed)
    {
        var dice = new Random(seed);
        for (var round = 0; round < 500; round++)
        {
            var items = string.Join(',', Enumerable.Range(0, dice.Next(4)).Select(_ => AnyItem(dice)));
            var reading = Read(items.Length == 0 ? Good : dice.Next(2) == 0 ? $"{items},{Good}" : $"{Good},{items}");
            Assert.Contains(reading.Items, i => i.ItemId == "good" && i.GridZone == "Z");
            Assert.All(reading.Rejected, r => Assert.NotEmpty(r.Reason));
            Assert.All(reading.Items, i =>
            {
                Assert.InRange(i.RenewableMixPercent, 0, 100);
                Assert.True(i.CarbonIntensity is null or (>= 0 and < double.PositiveInfinity));
                foreach (var text in new[] { i.ItemId, i.ProviderId, i.Name, i.GridZone, i.GridArea, i.Locality, i.Region, i.Country, i.Price?.Currency ?? "", i.Price?.Unit ?? "" })
                    Assert.False(text.Length > 200 || text.Any(c => char.IsControl(c) || char.IsSurrogate(c) || c == LenientJson.Damaged), text);
            });
        }
    }

    private static string AnyItem(Random dice)
    {
        string[] names =
        [
            "beckn:id", "beckn:descriptor", "schema:name", "beckn:provider", "beckn:availableAt", "address", "addressLocality", "addressRegion",
            "addressCountry", "beckn:itemAttributes", "beckn:gridParameters", "gridZone", "gridArea", "renewableMix", "carbonIntensity",
            "carbonIntensityUnit", "beckn:timeWindow", "start", "end", "duration", "beckn:capacityParameters", "availableCapacity", "capacityUnit",
        ];
        string[] values =
        [
            "\"Z\"", "\"a\\u0000\"", "\"\\ud800\"", "\"\\udfff\\ud83d\"", "\"\\u0085\"", $"\"{Long}\"", "\"\"", "7", "-1", "80", "1e400", "-1e-9999", "NaN",
            "Infinity", "-Infinity", "null", "true", "[]", "{}", "[[1]]", "\"99999-01-01\"", "\"0001-01-01T00:00:00+14:00\"",
            "\"9999-12-31T23:59:59Z\"", "\"12:00\"", "\"P99999999D\"", "\"NaN\"", "\"kgCO2/kWh\"",
        ];
        return Object(0);

        string Object(int depth) => $"{{{string.Join(',', names.Where(_ => dice.Next(2) > 0).Select(n =>
            $"\"{n}\":{(n is "beckn:descriptor" or "beckn:availableAt" or "address" or "beckn:itemAttributes" or "beckn:gridParameters" or "beckn:timeWindow" or "beckn:capacityParameters" && dice.Next(2 + depth) < 2 && depth < 4 ? Object(depth + 1) : values[dice.Next(values.Length)])}"))}}}";
    }

    private static string Item(string id = "\"bad\"", string zone = "\"Z\"", string area = "\"A\"", string mix = "80", string more = "\"x\":1") =>
        $$$"""{"beckn:id":{{{id}}},{{{more}}},"beckn:itemAttributes":{"beckn:gridParameters":{"gridZone":{{{zone}}},"gridArea":{{{area}}},"renewableMix":{{{mix}}} } } }""";

    private static string Offer(string id = "\"o\"", string provider = "\"p\"", string currency = "\"GBP\"", string unit = "\"per_kWh\"", string more = "\"x\":1") =>
        $$$"""{"beckn:id":{{{id}}},{{{more}}},"beckn:items":["good"],"beckn:provider":{{{provider}}},"beckn:price":{"value":1,"currency":{{{currency}}}},"beckn:offerAttributes":{"beckn:unit":{{{unit}}} } }""";

    private static CatalogueReading ReadOffers(string offers) =>
        Catalogue.ReadAll(LenientJson.Parse(Encoding.UTF8.GetBytes($$$"""{"message":{"catalogs":[{"beckn:items":[{{{Good}}}],"beckn:offers":[{{{offers}}}]}]}}""")));

    private static string Body(string items) => $$$"""{"message":{"catalogs":[{"beckn:items":[{{{items}}}]}]}}""";

    private static CatalogueReading Read(string items) => Catalogue.ReadAll(LenientJson.Parse(Encoding.UTF8.GetBytes(Body(items))));
}
