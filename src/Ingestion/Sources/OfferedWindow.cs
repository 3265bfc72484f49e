using Pylon.Ingestion.Zones;

namespace Pylon.Ingestion.Sources;

/// <summary>A window of clean power in the catalogue of a Beckn provider.</summary>
/// <param name="ItemId">The provider's id.</param>
/// <param name="ProviderId">Empty when the catalogue does not say.</param>
/// <param name="Name">The display name.</param>
/// <param name="Zone">Null when the item names no place.</param>
/// <param name="Start">Included.</param>
/// <param name="End">Not included.</param>
/// <param name="RenewablePercent">0 to 100.</param>
/// <param name="IntensityGco2Kwh">Null when the catalogue does not say.</param>
/// <param name="CapacityMw">Null when the catalogue does not say.</param>
/// <param name="Offers">Its prices.</param>
internal sealed record OfferedWindow(
    string ItemId, string ProviderId, string Name, ZoneReference? Zone, DateTimeOffset Start, DateTimeOffset End, double RenewablePercent,
    double? IntensityGco2Kwh, double? CapacityMw, IReadOnlyList<WindowOffer> Offers);

/// <summary>The price of a window.</summary>
/// <param name="OfferId">The provider's id.</param>
/// <param name="Price">In the currency for the unit.</param>
/// <param name="Currency">ISO 4217, or empty.</param>
/// <param name="Unit">For example per_kWh, or empty.</param>
/// <param name="Body">The beckn:Offer, unchanged.</param>
internal sealed record WindowOffer(string OfferId, decimal Price, string Currency, string Unit, string Body);
