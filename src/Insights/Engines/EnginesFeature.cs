using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults;
using Pylon.ServiceDefaults.Outgoing;

namespace Pylon.Insights.Engines;

internal static class EnginesFeature
{
    /// <summary>The clients of the external engines, which are called only where their addresses are set.</summary>
    public static IServiceCollection AddEngines(this IServiceCollection services)
    {
        services.AddValidatedOptions<MlOptions>("MlEngine");
        services.AddValidatedOptions<RagOptions>("RagService");
        AddHttp(services, "ml", provider => provider.GetRequiredService<IOptions<MlOptions>>().Value.BaseUrl);
        AddHttp(services, "rag", provider => provider.GetRequiredService<IOptions<RagOptions>>().Value.BaseUrl);
        return services
            .AddSingleton<EngineMetrics>()
            .AddSingleton(provider => new MlEngine(Client(provider, EngineLimits.Of(provider.GetRequiredService<IOptions<MlOptions>>().Value)), provider.GetRequiredService<TimeProvider>()))
            .AddSingleton(provider => new RagEngine(Client(provider, EngineLimits.Of(provider.GetRequiredService<IOptions<RagOptions>>().Value))))
            .AddHostedService<EngineHealthWorker>();
    }

    private static void AddHttp(IServiceCollection services, string name, Func<IServiceProvider, Uri?> address) =>
        services.AddOutgoingClient(name, EngineLimits.MaxAnswerBytes, provider => [address(provider)], (_, handler) =>
        {
            // An engine may not make much of little.
            handler.ConnectTimeout = TimeSpan.FromSeconds(1);
            handler.MaxResponseHeadersLength = 16;
        });

    private static EngineClient Client(IServiceProvider provider, EngineLimits limits) => new(
        limits,
        provider.GetRequiredService<IHttpClientFactory>(),
        provider.GetRequiredService<EngineMetrics>(),
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<EngineClient>>());
}
