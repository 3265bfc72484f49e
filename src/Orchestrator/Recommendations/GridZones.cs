using Grpc.Core;
using Pylon.Beckn;
using Pylon.Ingestion.V1;

namespace Pylon.Orchestrator.Recommendations;

/// <summary>Resolves the grid zones of a catalogue and reads the state of the regions, both from Ingestion.</summary>
internal sealed class GridZones(MarketService.MarketServiceClient market, GridService.GridServiceClient grid)
{
    /// <summary>The most references that one call may have.</summary>
    public const int MaxReferences = 500;

    /// <summary>One answer for each item, in the same order; an unknown zone is registered as the provider describes it (ADR 0005).</summary>
    /// <exception cref="GridUnavailableException">Ingestion is unreachable.</exception>
    public async Task<IReadOnlyList<ResolvedGridZone>> ResolveAsync(IReadOnlyList<CatalogueItem> items, CancellationToken cancellationToken)
    {
        if (items.Count == 0)
            return [];
        var request = new ResolveGridZonesRequest { RegisterAs = $"beckn:{items[0].BppId}" };
        request.References.AddRange(items.Select(i => new GridZoneReference
        {
            GridZoneCode = i.GridZone,
            ZoneName = i.GridArea,
            Locality = i.Locality,
            Region = i.Region,
            Country = i.Country,
        }));
        try
        {
            return (await market.ResolveGridZonesAsync(request, cancellationToken: cancellationToken)).Resolved;
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GridUnavailableException($"the grid zones cannot be resolved: {e.Status.Detail} ({e.StatusCode})", e);
        }
    }

    /// <exception cref="GridUnavailableException">Ingestion is unreachable.</exception>
    public async Task<IReadOnlyList<RegionalGrid>> RegionsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await grid.ListRegionalGridAsync(new ListRegionalGridRequest(), cancellationToken: cancellationToken)).Regions;
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GridUnavailableException($"the regional grid data cannot be read: {e.Status.Detail} ({e.StatusCode})", e);
        }
    }
}
