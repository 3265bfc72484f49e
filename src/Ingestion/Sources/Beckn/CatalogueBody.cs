using System.Text;
using System.Text.Json;
using Pylon.Beckn;
using Pylon.Ingestion.Zones;

namespace Pylon.Ingestion.Sources.Beckn;

/// <summary>
/// Reads the answer of a Beckn provider to DISCOVER. A row is an item or an offer of one. Zones are named as the
/// Orchestrator names them, so that both mean the same.
/// </summary>
internal static class CatalogueBody
{
    private const int LongestText = 200;
    private const double MostIntensity = 1000;
    private const double MostPrice = 10_000_000;

    /// <param name="body">The on_discover.</param>
    /// <param name="bppId">The BPP to assume when the body does not name it.</param>
    public static ParsedBody Read(string body, string bppId)
    {
        var parsed = new ParsedBody("catalogue");
        var root = LenientJson.Parse(Encoding.UTF8.GetBytes(body));
        if (root.ValueKind != JsonValueKind.Object)
            parsed.Problem = "the body is not JSON that can be stored";
        else if (BecknReply.ErrorOf(root) is { } error)
            parsed.Problem = $"the provider says {error}";
        else if (root.Get("message").Get("catalogs").ValueKind != JsonValueKind.Array)
            parsed.Problem = "the answer has no catalogs";
        if (parsed.Problem is not null)
            return parsed;

        var said = root.Get("context").Get("bpp_id").Text();
        parsed.CatalogueOf = said.Length is > 0 and <= LongestText ? said : bppId;
        var reading = Catalogue.ReadAll(root);
        foreach (var (reason, rejected) in reading.Rejected)
            parsed.Take(new Row(_ => null, rejected), row => row.Fail(reason));
        foreach (var item in reading.Items)
            ReadItem(parsed, item);
        return parsed;
    }

    private static void ReadItem(ParsedBody parsed, CatalogueItem item)
    {
        var offers = item.Offers.Select(offer => ReadOffer(parsed, offer)).OfType<WindowOffer>().DistinctBy(o => o.OfferId).ToList();
        parsed.Take(new Row(_ => null, $"{{\"beckn:id\":{JsonSerializer.Serialize(item.ItemId)}}}"), row =>
        {
            if (item.Window is not { } window)
            {
                row.Fail("beckn:timeWindow is not a span of time");
                return;
            }

            if (new[] { item.ItemId, item.ProviderId, item.Name, item.GridZone, item.GridArea, item.Locality, item.Region }.Any(t => t.Length > LongestText))
                row.Fail($"an id or a name has more than {LongestText} characters");
            if (item.CarbonIntensity > MostIntensity)
                row.Fail($"carbonIntensity is more than {MostIntensity}");
            if (item.AvailableCapacityMw < 0)
                row.Fail("availableCapacity is less than 0");
            var value = new OfferedWindow(
                item.ItemId, item.ProviderId, item.Name, Zone(item), window.StartTime.ToDateTimeOffset(),
                window.EndTime.ToDateTimeOffset(), item.RenewableMixPercent, item.CarbonIntensity, item.AvailableCapacityMw, offers);
            // Offers are looked up by the item id, so they are the same.
            if (parsed.IsFirst(row, (value.ItemId, value.Start), value with { Offers = [] }))
                parsed.Windows.Add(value);
        });
    }

    // An offer for several items is read once for each and counted once.
    private static WindowOffer? ReadOffer(ParsedBody parsed, JsonElement offer)
    {
        var id = offer.Get("beckn:id").Text();
        var price = Catalogue.PriceOf(offer);
        var problem = id.Length is 0 or > LongestText ? $"beckn:id must have 1 to {LongestText} characters"
            : price is null ? "beckn:price is missing or less than 0"
            : price.Value > MostPrice ? $"beckn:price is more than {MostPrice}"
            : null;
        if (parsed.IsNew(("offer", id, offer.GetRawText())))
        {
            parsed.Take(new Row(_ => null, offer.GetRawText()), row =>
            {
                if (problem is not null)
                    row.Fail(problem);
            });
        }

        return problem is null ? new WindowOffer(id, (decimal)price!.Value, price.Currency, price.Unit, offer.GetRawText()) : null;
    }

    private static ZoneReference? Zone(CatalogueItem item) =>
        item is { GridZone: "", GridArea: "", Locality: "", Region: "" }
            ? null
            : ZoneReference.Of(item.GridZone, item.GridArea, item.Locality, item.Region, item.Country);
}
