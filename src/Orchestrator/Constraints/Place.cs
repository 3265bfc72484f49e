using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;

namespace Pylon.Orchestrator.Constraints;

/// <summary>What constraints judge of a place and time.</summary>
/// <param name="ZoneCode">Empty when it has none.</param>
/// <param name="CarbonIntensity">gCO2/kWh; null when it is not told.</param>
/// <param name="Window">Null when it is not told.</param>
/// <param name="CapacityMw">Null when it is not told.</param>
/// <param name="IsBooked">A provider offers it, so its window is taken whole; grid data may be used in part.</param>
internal sealed record Place(
    string ZoneCode, double RenewableMixPercent, double? CarbonIntensity, Window? Window, Price? Price, double? CapacityMw, bool IsBooked)
{
    /// <param name="item">Of a catalogue.</param>
    /// <param name="zone">Its zone; null before it is resolved.</param>
    public static Place Of(CatalogueItem item, GridZone? zone) => new(
        item.GridZone.Length > 0 || zone is null ? item.GridZone : zone.GridZoneCode,
        item.RenewableMixPercent,
        item.CarbonIntensity,
        item.Window,
        item.Price,
        item.AvailableCapacityMw,
        IsBooked: true);

    public static Place Of(RegionalGrid region) => new(
        region.GridZone?.GridZoneCode ?? "", region.RenewableMixPercent, region.CarbonIntensityGco2Kwh, region.Window, null, null, IsBooked: false);

    /// <summary>GBP for a kWh; null when the price is not told in GBP for each kWh or MWh.</summary>
    public double? GbpPerKwh => OfPrice(Price);

    /// <summary>The same of a price.</summary>
    public static double? OfPrice(Price? price)
    {
        if (price is null || !price.Currency.Equals("GBP", StringComparison.OrdinalIgnoreCase))
            return null;
        var unit = string.Concat(price.Unit.Where(char.IsAsciiLetter)).ToUpperInvariant();
        return unit.EndsWith("KWH", StringComparison.Ordinal) ? price.Value : unit.EndsWith("MWH", StringComparison.Ordinal) ? price.Value / 1000 : null;
    }
}
