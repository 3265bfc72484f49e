using Google.Protobuf.WellKnownTypes;
using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
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
            .Where(i => ReasonAgainst(workload, i) is null)
            .OrderBy(i => i.CarbonIntensity is null)
            .ThenByDescending(i => Ranking.Score(i.RenewableMixPercent, i.CarbonIntensity))
            .Take(GridZones.MaxReferences),
    ];

    /// <summary>Which of the user's constraints an item breaks, for the user; null when it breaks none of these.</summary>
    public static string? ReasonAgainst(WorkloadRecord workload, CatalogueItem item) =>
        workload.Deadline is { } deadline && item.Window is { } window && window.EndTime.ToDateTimeOffset() > deadline ? "its window ends after the deadline"
        : workload.MaxPriceGbp is null || item.Price is not { } price || price.Currency.Equals("GBP", StringComparison.OrdinalIgnoreCase) ? null
        : price.Currency.Length == 0 ? "its price has no currency and cannot be compared with a cap in GBP"
        : $"its price is in {price.Currency} and cannot be compared with a cap in GBP";

    /// <summary>Grid data is not booked, so of its window the part before the deadline counts.</summary>
    public static IReadOnlyList<RegionalGrid> UntilDeadline(IReadOnlyList<RegionalGrid> regions, DateTimeOffset? deadline)
    {
        if (deadline is not { } end)
            return regions;
        foreach (var region in regions)
        {
            if (region.Window is { } window && window.EndTime.ToDateTimeOffset() > end)
                region.Window = window.StartTime.ToDateTimeOffset() < end ? new Window { StartTime = window.StartTime, EndTime = end.ToTimestamp() } : null;
        }

        return regions;
    }
}
