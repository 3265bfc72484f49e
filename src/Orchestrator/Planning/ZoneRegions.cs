using System.Collections.Concurrent;
using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Planning;

/// <summary>In which region a grid zone lies, asked of Ingestion and known for a minute.</summary>
internal sealed class ZoneRegions(MarketService.MarketServiceClient market, TimeProvider time)
{
    private const int MostKnown = 1000;
    private static readonly TimeSpan KnownFor = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, (int Region, DateTimeOffset At)> _known = new(StringComparer.OrdinalIgnoreCase);

    public async Task<int> FindAsync(string code, string field, CancellationToken cancellationToken)
    {
        var zone = Field.Text(code, field, 1, 200);
        if (_known.TryGetValue(zone, out var known) && time.GetUtcNow() - known.At < KnownFor)
            return known.Region;
        var request = new ResolveGridZonesRequest { References = { new GridZoneReference { GridZoneCode = zone } } };
        ResolveGridZonesResponse answer;
        try
        {
            answer = await market.ResolveGridZonesAsync(request, cancellationToken: cancellationToken);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested && e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            throw Refusals.IngestionUnreachable.AsException();
        }

        if (answer.Resolved[0].Zone is not { HasRegionId: true } found)
            throw Refusal.InvalidArgument(field, "must be the code of a known grid zone in a region of Great Britain").AsException();
        if (_known.Count >= MostKnown)
            _known.Clear();
        _known[zone] = (found.RegionId, time.GetUtcNow());
        return found.RegionId;
    }
}
