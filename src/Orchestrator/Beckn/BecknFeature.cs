using Pylon.Beckn;
using Pylon.Ingestion.V1;
using Pylon.Rpc;
using Pylon.ServiceDefaults;

namespace Pylon.Orchestrator.Beckn;

internal static class BecknFeature
{
    private const int MaxAnswerBytes = 8 * 1024 * 1024;

    public static IServiceCollection AddBeckn(this IServiceCollection services)
    {
        services.AddValidatedOptions<BecknOptions>("Bpp");
        services.AddRpcClient<MarketService.MarketServiceClient>("PYLON_INGESTION");
        services.AddHttpClient(BecknExchange.HttpClientName, client =>
            {
                client.MaxResponseContentBufferSize = MaxAnswerBytes;
                // The pipeline bounds the request.
                client.Timeout = Timeout.InfiniteTimeSpan;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                ConnectTimeout = TimeSpan.FromSeconds(3),
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                MaxConnectionsPerServer = 64,
            });
        return services
            .AddSingleton<BecknStore>()
            .AddSingleton<BecknPipeline>()
            .AddSingleton<BecknExchange>();
    }
}
