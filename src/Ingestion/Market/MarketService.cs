using System.Text;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Beckn;
using Pylon.Ingestion.V1;
using Pylon.Ingestion.Zones;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;

namespace Pylon.Ingestion.Market;

/// <summary>The gRPC service for grid zones and for what Beckn providers offer in them.</summary>
internal sealed class MarketService(ZoneStore store, ZoneResolver resolver, MarketReader market, CatalogueRequests requests, IOptions<BecknOptions> beckn, TimeProvider time)
    : V1.MarketService.MarketServiceBase
{
    private const int MaxReferences = 500;

    public override async Task<GetCatalogResponse> GetCatalog(GetCatalogRequest request, ServerCallContext context)
    {
        var entries = await market.CatalogAsync(time.GetUtcNow(), Field.PageSize(request.PageSize), context.CancellationToken);
        return new GetCatalogResponse { Entries = { entries } };
    }

    public override async Task<ListComputeWindowsResponse> ListComputeWindows(ListComputeWindowsRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var zoneId = Field.OptionalUuid(request.GridZoneId, "grid_zone_id");
        var windows = await market.WindowsAsync(zoneId, PageToken.Decode(request.PageToken), size + 1, context.CancellationToken);
        return new ListComputeWindowsResponse
        {
            Windows = { windows.Take(size) },
            NextPageToken = windows.Count > size
                ? new PageToken(windows[size - 1].Window.StartTime.ToDateTimeOffset(), Guid.Parse(windows[size - 1].Id)).Encode()
                : "",
        };
    }

    public override async Task<ListOffersResponse> ListOffers(ListOffersRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var windowId = Field.OptionalUuid(request.ComputeWindowId, "compute_window_id");
        var offers = await market.OffersAsync(windowId, PageToken.Decode(request.PageToken)?.Id ?? Guid.Empty, size + 1, context.CancellationToken);
        return new ListOffersResponse
        {
            Offers = { offers.Take(size) },
            NextPageToken = offers.Count > size ? new PageToken(DateTimeOffset.UnixEpoch, Guid.Parse(offers[size - 1].Id)).Encode() : "",
        };
    }

    public override async Task<ReceiveCatalogResponse> ReceiveCatalog(ReceiveCatalogRequest request, ServerCallContext context)
    {
        var transactionId = Field.Uuid(request.TransactionId, "transaction_id");
        // Whether the body is UTF-8 is checked when it is parsed.
        var body = request.Body.ToString(Encoding.UTF8).Replace("\0", "\uFFFD");
        if (BecknContext.Mismatch(beckn.Value, LenientJson.Parse(request.Body.Memory).Get("context")) is not null)
            return new ReceiveCatalogResponse();
        return new ReceiveCatalogResponse { Taken = await requests.AnswerAsync(transactionId, body, time.GetUtcNow(), context.CancellationToken, beckn.Value.Ttl) };
    }

    public override async Task<ListGridZonesResponse> ListGridZones(ListGridZonesRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        // One more than the page holds shows whether there is a next page.
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
