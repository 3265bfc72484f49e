using Pylon.Ingestion.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Api;

/// <summary>The links between the objects of a live state. Pure.</summary>
internal static class Links
{
    public static IEnumerable<Link> Of(GetLiveStateResponse state)
    {
        var zones = state.Regions.Select(r => r.GridZone).Concat(state.Catalog.Select(c => c.GridZone)).OfType<GridZone>().DistinctBy(z => z.Id);
        foreach (var zone in zones.Where(z => z.HasRegionId))
            yield return Between(LinkType.LocatedIn, ObjectKind.GridZone, zone.Id, ObjectKind.Region, $"{zone.RegionId}");
        foreach (var window in state.Catalog.Select(c => c.Window).Where(w => w.GridZoneId.Length > 0))
            yield return Between(LinkType.LocatedIn, ObjectKind.ComputeWindow, window.Id, ObjectKind.GridZone, window.GridZoneId);
        foreach (var workload in state.Workloads)
        {
            foreach (var option in workload.Recommendations)
            {
                var type = option.Rank == workload.ChosenOption ? LinkType.ScheduledIn : LinkType.RecommendedIn;
                yield return Between(type, ObjectKind.Workload, workload.Id, ObjectKind.GridZone, option.GridZoneId);
            }
        }
    }

    private static Link Between(LinkType type, ObjectKind fromKind, string fromId, ObjectKind toKind, string toId) =>
        new() { Type = type, FromKind = fromKind, FromId = fromId, ToKind = toKind, ToId = toId };
}
