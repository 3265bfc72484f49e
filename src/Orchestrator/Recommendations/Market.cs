using Pylon.Beckn;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Constraints;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Recommendations;

/// <summary>The places and times that are known for a workload at a moment. Pure.</summary>
/// <param name="Items">Of the catalogue, whatever they break.</param>
/// <param name="Zones">For each item, its resolved zone.</param>
/// <param name="Regions">Our own grid data; empty when it was not needed.</param>
internal sealed record Market(
    IReadOnlyList<CatalogueItem> Items, IReadOnlyList<ResolvedGridZone> Zones, IReadOnlyList<RegionalGrid> Regions, Preferences Preferences, DateTimeOffset Now)
{
    public IReadOnlyList<Place> Places => [.. Items.Zip(Zones, (item, zone) => Place.Of(item, zone.Zone)), .. Regions.Select(Place.Of)];

    /// <summary>The options that the limits leave, at most three.</summary>
    public IReadOnlyList<Option> Choose(Limits limits)
    {
        var allowed = Items.Zip(Zones).Where(x => Judgement.Allows(limits, Place.Of(x.First, x.Second.Zone), Now)).ToList();
        var regions = Regions.Where(r => Judgement.Allows(limits, Place.Of(r), Now)).Select(r => Suitability.UntilDeadline(r, limits.Deadline));
        return Ranking.Choose([.. allowed.Select(x => x.First)], [.. allowed.Select(x => x.Second)], [.. regions], Now, Preferences);
    }
}
