using Pylon.Beckn;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Recommendations;

/// <summary>Which items of a catalogue a workload can use. A provider may ignore our filter, so it is applied here too.</summary>
internal static class Suitability
{
    /// <summary>The usable items, the best first, no more than one call can resolve.</summary>
    public static IReadOnlyList<CatalogueItem> Select(WorkloadRecord workload, IReadOnlyList<CatalogueItem> items, double minRenewableMix) =>
    [
        .. items
            .Where(i => i.GridZone.Length + i.GridArea.Length + i.Locality.Length + i.Region.Length > 0)
            .Where(i => i.RenewableMixPercent >= minRenewableMix)
            .Where(i => !workload.RefusedItemIds.Contains(i.ItemId))
            .Where(i => workload.ComputeLoadMw is not { } load || i.AvailableCapacityMw is not { } room || room >= load)
            .Where(i => workload.Deadline is not { } deadline || i.Window is not { } window || window.StartTime.ToDateTimeOffset() < deadline)
            .OrderBy(i => i.CarbonIntensity is null)
            .ThenByDescending(i => Ranking.Score(i.RenewableMixPercent, i.CarbonIntensity))
            .Take(GridZones.MaxReferences),
    ];
}
