using Google.Protobuf.WellKnownTypes;
using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Constraints;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Recommendations;

/// <summary>Which items of a catalogue a workload can use. A provider may ignore our filter, so it is applied here too.</summary>
internal static class Suitability
{
    /// <summary>The usable items, those that the limits allow and then the best first, no more than one call can resolve.</summary>
    public static IReadOnlyList<CatalogueItem> Select(
        WorkloadRecord workload, IReadOnlyList<CatalogueItem> items, double minRenewableMix, Limits limits, DateTimeOffset now) =>
    [
        .. items
            .Where(i => i.GridZone.Length + i.GridArea.Length + i.Locality.Length + i.Region.Length > 0)
            .Where(i => i.RenewableMixPercent >= minRenewableMix)
            .Where(i => !workload.RefusedItemIds.Contains(i.ItemId))
            .OrderByDescending(i => Judgement.Allows(limits, Place.Of(i, null), now))
            .ThenBy(i => i.CarbonIntensity is null)
            .ThenByDescending(i => Ranking.Score(i.RenewableMixPercent, i.CarbonIntensity))
            .Take(GridZones.MaxReferences),
    ];

    /// <summary>Grid data is not booked, so of its window the part before the deadline counts.</summary>
    public static RegionalGrid UntilDeadline(RegionalGrid region, DateTimeOffset? deadline)
    {
        if (deadline is not { } end || region.Window is not { } window || window.EndTime.ToDateTimeOffset() <= end || window.StartTime.ToDateTimeOffset() >= end)
            return region;
        var cut = region.Clone();
        cut.Window = new Window { StartTime = window.StartTime, EndTime = end.ToTimestamp() };
        return cut;
    }
}
