using Grpc.Core;
using Pylon.Beckn;
using Pylon.Ingestion.V1;

namespace Pylon.Orchestrator.Recommendations;

/// <summary>Asks Ingestion what a catalogue's zones are, and for the state of the regions.</summary>
internal sealed class GridZones(MarketService.MarketServiceClient market, GridService.GridServiceClient grid)
{
    /// <summary>As many references as one call takes.</summary>
    public const int MaxReferences = 500;

    /// <summary>One answer for each item, in their order; unknown zones are registered as the provider describes them.</summary>
    /// <exception cref="GridUnavailableException">Ingestion does not answer.</exception>
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

    /// <exception cref="GridUnavailableException">Ingestion does not answer.</exception>
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
