using Pylon.Forecasting.Planning.Requests;

namespace Pylon.Forecasting.Planning.Solving;

internal static class RequestFacts
{
    public static bool NeedsPrice(this PlanRequest request) => request.Limits.MaxPrice is not null || request.Objective is not PlanObjective.Carbon;

    /// <summary>Steps that every zone has.</summary>
    public static int Steps(this PlanRequest request) =>
        request.Zones.Min(zone => request.NeedsPrice() && zone.Price is { } price ? Math.Min(zone.Carbon.Count, price.Count) : zone.Carbon.Count);

    public static bool Allows(this PlanLimits limits, string zoneId) =>
        (limits.AllowedZones is null || limits.AllowedZones.Contains(zoneId, StringComparer.Ordinal)) && !limits.BlockedZones.Contains(zoneId, StringComparer.Ordinal);
}
