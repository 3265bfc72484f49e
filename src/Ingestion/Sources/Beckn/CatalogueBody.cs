using System.Buffers;
using System.Text;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
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
    private const int DeepestContainer = 6;
    private const int MostItems = 10_000;
    private const double MostIntensity = 1000;
    private const double MostPrice = 10_000_000;

    /// <param name="body">The on_discover.</param>
    /// <param name="bppId">The BPP to assume when the body does not name it.</param>
    public static ParsedBody Read(string body, string bppId)
    {
        var parsed = new ParsedBody("catalogue");
        var root = Root(parsed, body);
        if (root.ValueKind != JsonValueKind.Object)
            parsed.Problem ??= "the body is not a JSON object";
        else if (BecknReply.ErrorOf(root) is { } error)
            parsed.Problem = $"the provider says {error}";
        else if (root.Get("message").Get("catalogs").ValueKind != JsonValueKind.Array)
            parsed.Problem = "the answer has no catalogs";
        if (parsed.Problem is not null)
            return parsed;

        var said = BecknContext.Field(root.Get("context"), "bpp_id").Text();
        parsed.CatalogueOf = said.Length is > 0 and <= LongestText ? said : bppId;
        var reading = Catalogue.ReadAll(root);
        foreach (var (reason, rejected) in reading.Rejected.Concat(reading.RejectedOffers))
            parsed.Take(new Row(_ => null, rejected), row => row.Fail(reason));
        foreach (var item in reading.Items)
            ReadItem(parsed, item);
        parsed.IsCompleteCatalogue = parsed.Rejected.TrueForAll(r => r.Reason == ParsedBody.Repeated) && parsed.RowsRead < MostItems;
        return parsed;
    }

    // Without what cannot be stored: a bad item or offer is rejected, and so is any other bad text, alone.
    private static JsonElement Root(ParsedBody parsed, string body)
    {
        if (JsonBody.Parse(body, parsed) is not { } whole || whole.Unstorable() is null)
            return parsed.Problem is null ? LenientJson.Parse(Encoding.UTF8.GetBytes(body)) : default;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            WriteStorable(parsed, writer, whole, depth: 0);
        return LenientJson.Parse(buffer.WrittenMemory);
    }

    private static void WriteStorable(ParsedBody parsed, Utf8JsonWriter writer, JsonElement element, int depth)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var property in element.EnumerateObject())
                {
                    if (JsonBody.NameOf(property) is not { } name || name.Contains('\0') || !IsWritten(property.Value))
                        continue;
                    writer.WritePropertyName(name);
                    WriteStorable(parsed, writer, property.Value, depth + 1);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var member in element.EnumerateArray().Where(IsWritten))
                    WriteStorable(parsed, writer, member, depth + 1);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteRawValue(element.GetRawText());
                break;
        }

        bool IsWritten(JsonElement part)
        {
            if (part.Unstorable() is not { } reason)
                return true;
            // What contains items is taken apart; an item or an offer is not.
            if (depth < DeepestContainer && part.ValueKind is JsonValueKind.Object or JsonValueKind.Array && !part.Has("beckn:id") && !part.Has("beckn:itemAttributes"))
                return true;
            parsed.Take(new Row(_ => null, part.GetRawText()), row => row.Fail(reason));
            return false;
        }
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

            var (start, end) = (Microseconds(window.StartTime), Microseconds(window.EndTime));
            if (end <= start || start.Year < 2000 || end.Year > 2199)
                row.Fail("beckn:timeWindow is not a span of time from 2000 to 2199");
            if (new[] { item.ItemId, item.ProviderId, item.Name, item.GridZone, item.GridArea, item.Locality, item.Region }.Any(t => t.Length > LongestText))
                row.Fail($"an id or a name has more than {LongestText} characters");
            if (item.CarbonIntensity > MostIntensity)
                row.Fail($"carbonIntensity is more than {MostIntensity}");
            if (item.AvailableCapacityMw < 0)
                row.Fail("availableCapacity is less than 0");
            var value = new OfferedWindow(
                item.ItemId, item.ProviderId, item.Name, Zone(item), start, end, item.RenewableMixPercent, item.CarbonIntensity, item.AvailableCapacityMw, offers);
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

    // As PostgreSQL keeps it: two starts that are one there are one here.
    private static DateTimeOffset Microseconds(Timestamp time) =>
        new(time.ToDateTimeOffset().Ticks / TimeSpan.TicksPerMicrosecond * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero);

    private static ZoneReference? Zone(CatalogueItem item) =>
        item is { GridZone: "", GridArea: "", Locality: "", Region: "" }
            ? null
            : ZoneReference.Of(item.GridZone, item.GridArea, item.Locality, item.Region, item.Country);
}
