using System.Net;
using System.Text;
using System.Text.Json;
using Pylon.Beckn;
using Pylon.Orchestrator.Beckn;

namespace Pylon.Fuzzing.Targets;

/// <summary>Answers and callbacks of providers. No reader throws; one good item of a catalogue is read beside any other.</summary>
internal sealed class BecknTarget() : FuzzTarget("beckn")
{
    private const string Item =
        """
        {"beckn:id":"good","beckn:descriptor":{"schema:name":"n"},"beckn:provider":"p","beckn:availableAt":[{"address":{"addressLocality":"l","addressRegion":"r","addressCountry":"GB"}}],"beckn:itemAttributes":{"beckn:gridParameters":{"gridZone":"Z","gridArea":"A","renewableMix":80,"carbonIntensity":50,"carbonIntensityUnit":"gCO2/kWh"},"beckn:timeWindow":{"start":"2026-03-04T12:00:00Z","end":"2026-03-04T16:00:00Z","duration":"PT4H"},"beckn:capacityParameters":{"availableCapacity":5,"capacityUnit":"MW"} } }
        """;

    private const string Offer = """{"beckn:id":"o","beckn:items":["good"],"beckn:provider":"p","beckn:price":{"value":1,"currency":"GBP"},"beckn:offerAttributes":{"beckn:unit":"per_kWh"} }""";

    private static readonly string[] Actions = ["discover", "select", "init", "confirm", "status", "update", "cancel"];
    private static readonly HttpStatusCode[] Statuses = [HttpStatusCode.OK, HttpStatusCode.Accepted, HttpStatusCode.BadRequest, HttpStatusCode.InternalServerError, HttpStatusCode.Ambiguous];

    private static readonly string[] Samples =
    [
        Body($"{Item},{Item}", Offer),
        """{"message":{"ack":{"status":"ACK"} } }""",
        """{"status":"NACK","error":{"code":30000,"message":"no"} }""",
        """{"context":{"action":"on_confirm","message_id":"5b0b7a1c-2d3e-4f50-8a61-7c8d9e0f1a2b","transaction_id":"5b0b7a1c-2d3e-4f50-8a61-7c8d9e0f1a2c","bpp_id":"b","bpp_uri":"https://b.example"},"message":{"order":{"beckn:orderStatus":"CONFIRMED","beckn:fulfillment":{"beckn:status":"x"} } } }""",
        """{"context":{"action":"on_update"},"message":{"order":{"beckn:orderItems":[{"beckn:orderItemAttributes":{"beckn:gridParameters":{"carbonIntensity":"1","previousCarbonIntensity":2} } }],"beckn:fulfillment":{"beckn:deliveryAttributes":{"beckn:gridEventAlert":{"eventType":"t","severity":"s"} } } } } }""",
    ];

    private static readonly string[] Names =
    [
        "context", "action", "bpp_id", "bpp_uri", "message", "ack", "status", "ack_status", "error", "errorCode", "code", "order", "beckn:orderStatus", "catalogs", "beckn:items", "beckn:offers", "beckn:validity", "schema:startDate", "beckn:provider", "beckn:id",
        "beckn:descriptor", "schema:name", "beckn:price", "value", "beckn:itemAttributes", "beckn:gridParameters", "gridZone", "renewableMix", "carbonIntensity", "beckn:timeWindow", "start", "end", "duration", "beckn:availableAt", "address", "\\ud800", "\\u0000", "",
    ];

    public override FuzzInput Next(Random random)
    {
        var choice = random.Next(Actions.Length * Statuses.Length);
        switch (random.Next(4))
        {
            case 0:
                return new(Mutation.Of(random, Utf8(Samples[random.Next(Samples.Length)])), choice);
            case 1:
                return new(Utf8(AnyJson.Anything(random, Names)), choice);
            default:
                var bad = Enumerable.Range(0, random.Next(1, 4))
                    .Select(_ => random.Next(3) == 0 ? AnyJson.Value(random, 4, Names) : AnyJson.WithBadMembers(random, Item.Replace("\"good\"", "\"bad\"", StringComparison.Ordinal))).ToList();
                // A bad offer of the good item, too: only the offer is lost.
                var offer = AnyJson.WithBadMembers(random, random.Next(2) == 0 ? Offer : Offer.Replace("\"good\"", "\"bad\"", StringComparison.Ordinal));
                bad.Insert(random.Next(bad.Count + 1), Item);
                var body = Body(string.Join(',', bad), random.Next(2) == 0 ? $"{Offer},{offer}" : $"{offer},{Offer}");
                return new(Utf8(body), choice, HasGood: AnyJson.Depth(body) < 500);
        }
    }

    public override void Read(FuzzInput input)
    {
        var (action, status) = (Actions[input.Choice % Actions.Length], Statuses[input.Choice / Actions.Length]);
        var reply = BecknReply.Read(status, input.Bytes, action);
        Expect(reply is not BecknReply.Nack { Reason: "" } and not BecknReply.Invalid { Reason: "" }, "an answer that is not accepted has a reason");
        var root = LenientJson.Parse(input.Bytes);
        if (root.ValueKind != JsonValueKind.Undefined)
            Expect(LenientJson.Stored(root.GetRawText()).ValueKind == root.ValueKind, "what was read can be stored and read again");
        _ = BecknAnswer.NotBookedBecause(root);
        _ = root.Depth();
        var order = root.Get("message").Get("order");
        var grid = order.Get("beckn:orderItems").First().Get("beckn:orderItemAttributes").Get("beckn:gridParameters");
        _ = (Quantity.CarbonIntensity(grid), Quantity.PreviousCarbonIntensity(grid), Catalogue.PriceOf(order));
        var reading = Catalogue.ReadAll(root);
        Expect(!input.HasGood || reading.Items.Any(i => i is { ItemId: "good", GridZone: "Z", RenewableMixPercent: 80 }), "the good item is read");
        Expect(reading.Rejected.TrueForAll(r => r.Reason.Length > 0), "a rejected item has a reason");
        foreach (var item in reading.Items)
        {
            Expect(item.RenewableMixPercent is >= 0 and <= 100 && item.CarbonIntensity is null or (>= 0 and < double.PositiveInfinity), "figures are in their range");
            foreach (var text in new[] { item.ItemId, item.ProviderId, item.Name, item.GridZone, item.GridArea, item.Locality, item.Region, item.Country, item.Price?.Currency ?? "", item.Price?.Unit ?? "" })
                Expect(text.Length <= 200 && !text.EnumerateRunes().Any(r => Rune.IsControl(r) || r == Rune.ReplacementChar), "texts are texts");
        }
    }

    private static string Body(string items, string offers) =>
        $$$"""{"context":{"action":"on_discover","bpp_id":"b","bpp_uri":"https://b.example"},"message":{"catalogs":[{"beckn:provider":{"beckn:id":"p"},"beckn:validity":{"schema:startDate":"2026-03-04T00:00:00Z"},"beckn:items":[{{{items}}}],"beckn:offers":[{{{offers}}}]}]}}""";
}
