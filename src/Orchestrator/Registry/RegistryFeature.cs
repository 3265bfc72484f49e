using Google.Protobuf;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Objects;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Registry;

internal static class RegistryFeature
{
    // A page of the live state and what goes with it: its links, the grid, an object of any size.
    private const int MostBytes = 2 * LiveStateReader.MostBytes;

    public static IServiceCollection AddRegistry(this IServiceCollection services)
    {
        services.AddGrpc().AddServiceOptions<RegistryService>(options => options.MaxSendMessageSize = MostBytes);
        return services
            .AddRpcClient<MarketService.MarketServiceClient>("PYLON_INGESTION")
            .AddRpcClient<GridService.GridServiceClient>("PYLON_INGESTION")
            .AddObjects<Operator, Operators>()
            .AddObjects<User, Users>()
            .AddObjects<DataCentre, DataCentres>()
            .AddObjects<StorageAsset, StorageAssets>()
            .AddObjects<Agent, Agents>()
            .AddSingleton<AgentStateStore>()
            .AddSingleton<SummaryStore>()
            .AddSingleton<LiveStateReader>();
    }

    private static IServiceCollection AddObjects<T, TKind>(this IServiceCollection services)
        where T : class, IMessage<T>, new()
        where TKind : Kind<T> => services
        .AddSingleton<Kind<T>, TKind>()
        .AddSingleton<ObjectStore<T>>()
        .AddSingleton<RegistryObjects<T>>();
}
