using Pylon.Ingestion.V1;

namespace Pylon.Ingestion.Zones;

/// <summary>A zone as the contract has it.</summary>
internal static class ZoneMessage
{
    public static GridZone From(Zone zone)
    {
        var message = new GridZone
        {
            Id = zone.Id.ToString("D"),
            GridZoneCode = zone.Code ?? "",
            ZoneName = zone.Name ?? "",
            Locality = zone.Locality ?? "",
            Region = zone.Region ?? "",
            Country = zone.Country ?? "",
            Source = zone.Source,
        };
        if (zone.RegionId is { } region)
            message.RegionId = region;
        return message;
    }
}
