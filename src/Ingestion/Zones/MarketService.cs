using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Rpc;

namespace Pylon.Ingestion.Zones;

/// <summary>The gRPC face of the zones.</summary>
internal sealed class MarketService(ZoneStore store, ZoneResolver resolver) : V1.MarketService.MarketServiceBase
{
    private const int MaxReferences = 500;

    public override async Task<ListGridZonesResponse> ListGridZones(ListGridZonesRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        // One more than asked for tells whether there is a next page.
        var zones = await store.ListAsync(ZonePage.Read(request.PageToken), size + 1, context.CancellationToken);
        return new ListGridZonesResponse
        {
            Zones = { zones.Take(size).Select(ZoneMessage.From) },
            NextPageToken = zones.Count > size ? ZonePage.TokenAfter(zones[size - 1]) : "",
        };
    }

    public override async Task<ResolveGridZonesResponse> ResolveGridZones(ResolveGridZonesRequest request, ServerCallContext context)
    {
        Field.Range(request.References.Count, "references", 1, MaxReferences);
        var references = request.References.Select((r, i) => ZoneReference.Read(r, $"references[{i}]")).ToList();
        var answers = await resolver.ResolveAsync(references, RegisterAs(request.RegisterAs), context.CancellationToken);
        return new ResolveGridZonesResponse
        {
            Resolved = { answers.Select(a => new ResolvedGridZone { Zone = a.Zone is { } zone ? ZoneMessage.From(zone) : null, Match = a.Match }) },
        };
    }

    private static string? RegisterAs(string given)
    {
        var source = Field.Text(given, "register_as", 0, ZoneReference.MaxLength);
        if (source == Zone.Shipped)
            throw Refusal.InvalidArgument("register_as", $"must not be {Zone.Shipped}, the source of the shipped zones").AsException();
        return source.Length == 0 ? null : source;
    }
}
