using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;
using Status = Pylon.Orchestrator.Workloads.Status;

namespace Pylon.Orchestrator.Api;

/// <summary>The gRPC service of the live state: grid, catalogue, workloads and their links.</summary>
internal sealed class RegistryService(
    WorkloadStore workloads, RunStore runs, GridService.GridServiceClient grid, MarketService.MarketServiceClient market, TimeProvider time)
    : V1.RegistryService.RegistryServiceBase
{
    private const int DefaultWorkloads = 100;
    private const int MostWorkloads = 500;
    private const int MostEntries = 500;

    private static readonly IReadOnlyList<string> Live =
        [Status.Queued, Status.Processing, Status.PendingUserChoice, Status.Choosing, Status.Scheduled, Status.Cancelling];

    public override async Task<GetLiveStateResponse> GetLiveState(GetLiveStateRequest request, ServerCallContext context)
    {
        var most = request.MaxWorkloads == 0 ? DefaultWorkloads : Field.Range(request.MaxWorkloads, "max_workloads", 1, MostWorkloads);
        var state = new GetLiveStateResponse { AsOf = time.GetUtcNow().ToTimestamp() };
        await Task.WhenAll(AskIngestionAsync(state, context.CancellationToken), ReadWorkloadsAsync(state, most, context.CancellationToken));
        state.Links.AddRange(Links.Of(state));
        return state;
    }

    private async Task AskIngestionAsync(GetLiveStateResponse state, CancellationToken cancellationToken)
    {
        try
        {
            using var national = grid.GetNationalGridAsync(new GetNationalGridRequest(), cancellationToken: cancellationToken);
            using var regional = grid.ListRegionalGridAsync(new ListRegionalGridRequest(), cancellationToken: cancellationToken);
            using var catalog = market.GetCatalogAsync(new Ingestion.V1.GetCatalogRequest { PageSize = MostEntries }, cancellationToken: cancellationToken);
            state.NationalGrid = (await national).Grid;
            state.Regions.AddRange((await regional).Regions);
            state.Catalog.AddRange((await catalog).Entries);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested && e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            throw Refusal.Unavailable("INGESTION_UNAVAILABLE", "Ingestion is unreachable: the state of the grid cannot be read.", TimeSpan.FromSeconds(1)).AsException();
        }
    }

    private async Task ReadWorkloadsAsync(GetLiveStateResponse state, int most, CancellationToken cancellationToken)
    {
        var page = await workloads.PageAsync(null, Live, most + 1, cancellationToken);
        var shown = page.Take(most).ToList();
        Guid[] ids = [.. shown.Select(w => w.Id)];
        var options = await workloads.OptionsOfAsync(ids, cancellationToken);
        var run = await runs.FindAsync(ids, cancellationToken);
        state.Workloads.AddRange(shown.Select(w => WorkloadMapping.ToProto(w, options[w.Id], run.GetValueOrDefault(w.Id))));
        state.MoreWorkloads = page.Count > most;
    }
}
