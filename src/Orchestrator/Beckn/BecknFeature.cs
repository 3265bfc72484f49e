using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.DependencyInjection;
using Polly.Timeout;
using Pylon.Beckn;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Catalog;
using Pylon.Rpc;
using Pylon.ServiceDefaults;
using Pylon.ServiceDefaults.Outgoing;

namespace Pylon.Orchestrator.Beckn;

internal static class BecknFeature
{
    private const int MaxAnswerBytes = 8 * 1024 * 1024;

    public static IServiceCollection AddBeckn(this IServiceCollection services)
    {
        services.AddValidatedOptions<BecknOptions>("Bpp");
        services.AddRpcClient<MarketService.MarketServiceClient>("PYLON_INGESTION");
        // What fails is logged with its message; the rest is in traces and metrics.
        services.AddOutgoingClient(BecknExchange.HttpClientName, MaxAnswerBytes, provider => [provider.GetRequiredService<IOptions<BecknOptions>>().Value.BaseUrl], (_, handler) =>
        {
            handler.ConnectTimeout = TimeSpan.FromSeconds(3);
            handler.MaxConnectionsPerServer = 64;
        });
        return services
            .AddResiliencePipeline(BecknExchange.HttpClientName, BoundRequests)
            // The callbacks below log the same with the name of the peer.
            .AddLogging(logging => logging.AddFilter("Polly", LogLevel.None))
            .AddSingleton<BecknStore>()
            .AddSingleton<StepStore>()
            .AddSingleton<StepWriter>()
            .AddHostedService(provider => provider.GetRequiredService<StepWriter>())
            .AddSingleton<CatalogStore>()
            .AddSingleton<ProviderNotices>()
            .AddSingleton<CallbackMetrics>()
            .AddSingleton<BecknExchange>();
    }

    /// <summary>
    /// A timeout, and a circuit breaker that opens when most requests fail. There are no retries here: the workload
    /// retries as a whole (ADR 0007).
    /// </summary>
    private static void BoundRequests(ResiliencePipelineBuilder builder, AddResiliencePipelineContext<string> context)
    {
        var options = context.ServiceProvider.GetRequiredService<IOptions<BecknOptions>>().Value;
        var logger = context.ServiceProvider.GetRequiredService<ILogger<BecknExchange>>();
        builder.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
        builder
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                // The failures of one workload must not stop the requests of the others.
                FailureRatio = 0.8,
                MinimumThroughput = 20,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = options.BreakDuration,
                ShouldHandle = new PredicateBuilder().Handle<HttpRequestException>().Handle<IOException>().Handle<TimeoutRejectedException>(),
                OnOpened = _ =>
                {
                    logger.CircuitOpened(options.BreakDuration);
                    return default;
                },
                OnClosed = _ =>
                {
                    logger.CircuitClosed();
                    return default;
                },
            })
            .AddTimeout(options.HttpTimeout);
    }
}
