using System.Text.Json;
using Pylon.Common.V1;

namespace Pylon.Beckn;

/// <summary>An item of a provider's catalogue: a window in a grid zone in which work can run.</summary>
public sealed record CatalogueItem
{
    public required string ItemId { get; init; }

    /// <summary>For display.</summary>
    public string Name { get; init; } = "";

    public required string ProviderId { get; init; }
    public required string BppId { get; init; }
    public required string BppUri { get; init; }

    /// <summary>Of the context of the catalogue; null when that does not tell.</summary>
    public BecknSpelling? Spelling { get; init; }
    public string GridZone { get; init; } = "";
    public string GridArea { get; init; } = "";
    public string Locality { get; init; } = "";
    public string Region { get; init; } = "";
    public string Country { get; init; } = "";

    /// <summary>0 to 100.</summary>
    public required double RenewableMixPercent { get; init; }

    /// <summary>gCO2/kWh; null when the catalogue does not give it.</summary>
    public double? CarbonIntensity { get; init; }

    public Window? Window { get; init; }
    public double? AvailableCapacityMw { get; init; }
    public Price? Price { get; init; }

    /// <summary>The offers of the item as the provider wrote them.</summary>
    public IReadOnlyList<JsonElement> Offers { get; init; } = [];

    /// <summary>The first of the offers; null when the item has none.</summary>
    public JsonElement? Offer => Offers.Count > 0 ? Offers[0] : null;
}

/// <summary>An answer to DISCOVER: every item and every offer of one is either read, or rejected with the reason and its JSON.</summary>
/// <param name="Items">Those that can be ranked, with the offers that can be used.</param>
/// <param name="Rejected">The other items.</param>
/// <param name="RejectedOffers">The offers that cannot be used; their items are read without them.</param>
public sealed record CatalogueReading(
    List<CatalogueItem> Items, List<(string Reason, string Body)> Rejected, List<(string Reason, string Body)> RejectedOffers);
