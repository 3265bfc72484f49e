using System.Globalization;
using System.Text.Json;
using System.Xml;
using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;

namespace Pylon.Beckn;

/// <summary>
/// Reads the answer to DISCOVER. Providers differ from the schema and from one another (arrays for objects, numbers in
/// strings, times of day for times), so it is read leniently; an item that cannot be ranked is rejected with the reason, and so is an
/// offer that cannot be used, without its item.
/// </summary>
public static class Catalogue
{
    /// <summary>More items than a catalogue of a day's windows has; the rest is not read.</summary>
    private const int MaxItems = 10_000;

    private const int MaxText = 200;

    /// <summary>Far above what items and offers need; a message that holds one can still be written and read.</summary>
    private const int MaxDepth = 32;

    /// <summary>The items that can be ranked.</summary>
    public static IReadOnlyList<CatalogueItem> Read(JsonElement onDiscover) => ReadAll(onDiscover).Items;

    /// <summary>The items that can be ranked, and the others with the reason.</summary>
    public static CatalogueReading ReadAll(JsonElement onDiscover)
    {
        var context = onDiscover.Get("context");
        var reading = new CatalogueReading([], [], []);
        foreach (var catalogue in onDiscover.Get("message").Get("catalogs").Elements())
        {
            var offers = OffersByItem(catalogue, reading.RejectedOffers);
            foreach (var item in catalogue.Get("beckn:items").Elements())
            {
                if (reading.Items.Count + reading.Rejected.Count == MaxItems)
                    return reading;
                var (read, problem) = ReadItem(context, catalogue, item, offers);
                if (read is not null)
                    reading.Items.Add(read);
                else
                    reading.Rejected.Add((problem, item.GetRawText()));
            }
        }

        return reading;
    }

    private static ILookup<string, JsonElement> OffersByItem(JsonElement catalogue, List<(string Reason, string Body)> rejected)
    {
        var usable = new List<JsonElement>();
        foreach (var offer in catalogue.Get("beckn:offers").Elements().Where(o => o.ValueKind == JsonValueKind.Object).Take(MaxItems))
        {
            if (ProblemOfOffer(offer) is { } problem)
                rejected.Add((problem, offer.GetRawText()));
            else
                usable.Add(offer);
        }

        return usable.SelectMany(offer => offer.Get("beckn:items").Elements().Select(item => (Item: item.Text(), Offer: offer)))
            .ToLookup(o => o.Item, o => o.Offer, StringComparer.Ordinal);
    }

    private static string? ProblemOfOffer(JsonElement offer)
    {
        if (offer.Depth() > MaxDepth)
            return $"the offer is nested deeper than {MaxDepth}";
        var price = PriceOf(offer);
        return ProblemOf(
            ("beckn:id", offer.Get("beckn:id").Text()), ("beckn:provider", offer.Get("beckn:provider").Text()),
            ("currency", price?.Currency ?? ""), ("beckn:unit", price?.Unit ?? ""));
    }

    private static (CatalogueItem? Item, string Problem) ReadItem(
        JsonElement context, JsonElement catalogue, JsonElement item, ILookup<string, JsonElement> offersByItem)
    {
        var id = item.Get("beckn:id").Text();
        var attributes = item.Get("beckn:itemAttributes");
        var grid = attributes.Get("beckn:gridParameters");
        var carbon = Quantity.CarbonIntensity(grid);
        if (id.Length == 0)
            return (null, "beckn:id is missing");
        if (item.Depth() > MaxDepth)
            return (null, $"the item is nested deeper than {MaxDepth}");
        if (Quantity.RenewableMix(grid) is not (>= 0 and <= 100 and var renewable))
            return (null, "renewableMix is not a number from 0 to 100");
        if (carbon is < 0)
            return (null, "carbonIntensity is less than 0");

        var window = ReadWindow(attributes.Get("beckn:timeWindow"), catalogue.Get("beckn:validity"));
        if (window is null && attributes.Get("beckn:timeWindow").ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
            return (null, "beckn:timeWindow is not a span of time");

        var address = item.Get("beckn:availableAt").First().Get("address");
        IReadOnlyList<JsonElement> offers = [.. offersByItem[id]];
        var offer = offers.FirstOrDefault();
        var provider = item.Get("beckn:provider");
        if ((OfAnotherKind(grid, "gridZone", "gridArea") ?? OfAnotherKind(address, "addressLocality", "addressRegion")) is { } kind)
            return (null, kind);
        var capacity = Quantity.Capacity(attributes.Get("beckn:capacityParameters"));
        if (capacity is < 0)
            return (null, "availableCapacity is less than 0");

        var read = new CatalogueItem
        {
            ItemId = id,
            Name = item.Get("beckn:descriptor").Get("schema:name").Text(),
            ProviderId = FirstText(IdOf(provider), Usable(IdOf(catalogue.Get("beckn:provider"))), offer.Get("beckn:provider").Text()),
            BppId = Usable(BecknContext.Field(context, "bpp_id").Text()),
            BppUri = Usable(BecknContext.Field(context, "bpp_uri").Text()),
            Spelling = BecknContext.SpellingOf(context),
            GridZone = grid.Get("gridZone").Text(),
            GridArea = grid.Get("gridArea").Text(),
            Locality = address.Get("addressLocality").Text(),
            Region = address.Get("addressRegion").Text(),
            Country = address.Get("addressCountry").Text(),
            RenewableMixPercent = renewable,
            CarbonIntensity = carbon,
            Window = window,
            AvailableCapacityMw = capacity,
            Price = PriceOf(offer),
            Offers = offers,
        };
        return ProblemOf(
            ("beckn:id", read.ItemId), ("beckn:provider", read.ProviderId), ("schema:name", read.Name), ("gridZone", read.GridZone),
            ("gridArea", read.GridArea), ("addressLocality", read.Locality), ("addressRegion", read.Region), ("addressCountry", read.Country)) is { } problem
            ? (null, problem)
            : (read, "");
    }

    /// <summary>What PostgreSQL, Ingestion and the people who read it cannot take is not taken from a provider.</summary>
    private static string? ProblemOf(params ReadOnlySpan<(string Name, string Text)> texts)
    {
        foreach (var (name, text) in texts)
        {
            if (text.Length > MaxText)
                return $"{name} has more than {MaxText} characters";
            if (text.Any(c => char.IsControl(c) || c == LenientJson.Damaged))
                return $"{name} has a character that is not text";
        }

        return null;
    }

    private static string? OfAnotherKind(JsonElement parent, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (parent.Get(name).ValueKind is not (JsonValueKind.String or JsonValueKind.Null or JsonValueKind.Undefined))
                return $"{name} is not a text";
        }

        return null;
    }

    // Of the whole catalogue: one that is not usable says as much as a missing one.
    private static string Usable(string text) => ProblemOf(("", text)) is null ? text : "";

    private static string IdOf(JsonElement objectOrId) =>
        objectOrId.ValueKind == JsonValueKind.Object ? objectOrId.Get("beckn:id").Text() : objectOrId.Text();

    private static string FirstText(params string[] texts) => texts.FirstOrDefault(t => t.Length > 0) ?? "";

    /// <summary>A window is given by full times, or by times of day from the first day of the catalogue's validity on.</summary>
    private static Window? ReadWindow(JsonElement window, JsonElement validity)
    {
        var endText = window.Get("end").Text();
        if (Time(window.Get("start").Text(), Time(validity.Get("schema:startDate").Text(), null)) is not { } start)
            return null;
        var end = endText.Length == 0 ? Plus(start, window.Get("duration").Text()) : Time(endText, start);
        if (end <= start && endText.Length > 0 && !HasDate(endText))
            end = Plus(end.Value, "P1D");
        return end > start ? new Window { StartTime = start.ToTimestamp(), EndTime = end.Value.ToTimestamp() } : null;
    }

    private static bool HasDate(string text) => text.Length >= 10 && text[4] == '-';

    /// <summary>A text without a date is a time of <paramref name="day"/>; without an offset it is UTC.</summary>
    private static DateTimeOffset? Time(string text, DateTimeOffset? day)
    {
        const DateTimeStyles utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!HasDate(text))
        {
            if (text.Length == 0 || day is null)
                return null;
            text = $"{day.Value.UtcDateTime:yyyy-MM-dd}T{text.TrimStart('T')}";
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, utc, out var time) ? time : null;
    }

    private static DateTimeOffset? Plus(DateTimeOffset start, string duration)
    {
        try
        {
            return start + XmlConvert.ToTimeSpan(duration);
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>Null when the offer does not say what it costs.</summary>
    public static Price? PriceOf(JsonElement offer)
    {
        var price = offer.Get("beckn:price");
        var value = price.Get("value").Number() ?? price.Get("price").Number();
        return value is >= 0
            ? new Price
            {
                Value = value.Value,
                Currency = price.Get("currency").Text(),
                Unit = offer.Get("beckn:offerAttributes").Get("beckn:unit").Text(),
            }
            : null;
    }
}
