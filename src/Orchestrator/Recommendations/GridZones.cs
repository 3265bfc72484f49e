using Grpc.Core;
using Microsoft.Extensions.Caching.Memory;
using Pylon.Beckn;
using Pylon.Ingestion.V1;

namespace Pylon.Orchestrator.Recommendations;

/// <summary>Resolves the grid zones of a catalogue and reads the state of the regions, both from Ingestion.</summary>
internal sealed class GridZones(MarketService.MarketServiceClient market, GridService.GridServiceClient grid) : IDisposable
{
    // A zone that is resolved stays what it is; a provider offers the same ones to every workload.
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(1);
    private readonly MemoryCache _resolved = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    /// <summary>The most references that one call may have.</summary>
    public const int MaxReferences = 500;

    /// <summary>One answer for each item, in the same order; an unknown zone is registered as the provider describes it (ADR 0005).</summary>
    /// <param name="items">Of one provider.</param>
    /// <param name="anew">True to ask Ingestion also for what is kept.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="GridUnavailableException">Ingestion is unreachable.</exception>
    public async Task<IReadOnlyList<ResolvedGridZone>> ResolveAsync(IReadOnlyList<CatalogueItem> items, bool anew, CancellationToken cancellationToken)
    {
        if (items.Count == 0)
            return [];
        var request = new ResolveGridZonesRequest { RegisterAs = Shortened($"beckn:{items[0].BppId}") };
        request.References.AddRange(items.Select(i => new GridZoneReference
        {
            GridZoneCode = i.GridZone,
            ZoneName = i.GridArea,
            Locality = i.Locality,
            Region = i.Region,
            Country = i.Country,
        }));
        var known = request.References.Select(reference => _resolved.Get<ResolvedGridZone>(reference)).OfType<ResolvedGridZone>().ToList();
        if (!anew && known.Count == items.Count)
            return known;
        var call = market.ResolveGridZonesAsync(request, cancellationToken: cancellationToken);
        var resolved = (await AskAsync("the grid zones cannot be resolved", call, cancellationToken)).Resolved;
        foreach (var (reference, zone) in request.References.Zip(resolved).Where(one => one.Second.Zone is not null))
            _resolved.Set(reference, zone, new MemoryCacheEntryOptions { AbsoluteExpirationRelativeToNow = Kept, Size = 1 });
        return resolved;
    }

    /// <exception cref="GridUnavailableException">Ingestion is unreachable.</exception>
    public async Task<IReadOnlyList<RegionalGrid>> RegionsAsync(CancellationToken cancellationToken)
    {
        var call = grid.ListRegionalGridAsync(new ListRegionalGridRequest(), cancellationToken: cancellationToken);
        return (await AskAsync("the regional grid data cannot be read", call, cancellationToken)).Regions;
    }

    public void Dispose() => _resolved.Dispose();

    // As long as Ingestion takes it.
    private static string Shortened(string source) => source.Length <= 200 ? source : source[..200];

    private static async Task<T> AskAsync<T>(string failure, AsyncUnaryCall<T> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call;
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GridUnavailableException($"{failure}: {e.Status.Detail} ({e.StatusCode})", e);
        }
    }
}
