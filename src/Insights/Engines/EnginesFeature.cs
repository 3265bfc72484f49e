using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults;

namespace Pylon.Insights.Engines;

internal static class EnginesFeature
{
    /// <summary>The clients of the external engines, which are called only where their addresses are set.</summary>
    public static IServiceCollection AddEngines(this IServiceCollection services)
    {
        services.AddValidatedOptions<MlOptions>("MlEngine");
        services.AddValidatedOptions<RagOptions>("RagService");
        AddHttp(services, "ml");
        AddHttp(services, "rag");
        return services
            .AddSingleton<EngineMetrics>()
            .AddSingleton(provider => new MlEngine(Client(provider, EngineLimits.Of(provider.GetRequiredService<IOptions<MlOptions>>().Value)), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new RagEngine(Client(provider, EngineLimits.Of(provider.GetRequiredService<IOptions<RagOptions>>().Value))))
            .AddHostedService<EngineHealthWorker>();
    }

    private static void AddHttp(IServiceCollection services, string name) => services
        .AddHttpClient(name, client =>
        {
            client.MaxResponseContentBufferSize = EngineLimits.MaxAnswerBytes;
            // The pipeline bounds each attempt.
            client.Timeout = Timeout.InfiniteTimeSpan;
        })
        .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
        {
            // An engine may not send the call elsewhere, nor make much of little.
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 16,
        })
        .RemoveAllLoggers();

    private static EngineClient Client(IServiceProvider provider, EngineLimits limits) => new(
        limits,
        provider.GetRequiredService<IHttpClientFactory>(),
        provider.GetRequiredService<EngineMetrics>(),
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<EngineClient>>());
}
