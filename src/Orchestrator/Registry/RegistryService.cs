using Grpc.Core;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Registry;

/// <summary>The gRPC service of the registry and of the live state; each kind has its calls in a file of its own.</summary>
internal sealed partial class RegistryService(
    RegistryObjects<Operator> operators,
    RegistryObjects<User> users,
    RegistryObjects<DataCentre> dataCentres,
    RegistryObjects<StorageAsset> storageAssets,
    RegistryObjects<Agent> agents,
    AgentStateStore states,
    SummaryStore summaries,
    LiveStateReader liveState)
    : V1.RegistryService.RegistryServiceBase
{
    public override Task<GetLiveStateResponse> GetLiveState(GetLiveStateRequest request, ServerCallContext context)
    {
        // To compress a page takes longer than to send it from one machine to the next.
        context.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
        return liveState.Of(context.Tenant()).ReadAsync(request, context.CancellationToken);
    }
}
