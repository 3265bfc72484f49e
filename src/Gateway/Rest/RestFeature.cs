using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pylon.Gateway.Callers;
using Pylon.Gateway.Contracts;
using Pylon.Gateway.Metrics;
using Pylon.Gateway.Problems;
using Pylon.Gateway.Proxy;
using Pylon.ServiceDefaults;
using Pylon.Transcoding;
using Pylon.Transcoding.Requests;

namespace Pylon.Gateway.Rest;

internal static class RestFeature
{
    /// <summary>The REST API of the services behind the gateway. Its own service has its own endpoints (Broadcast).</summary>
    public static IServiceCollection AddRest(this IServiceCollection services)
    {
        services.AddValidatedOptions<TranscodingOptions>(TranscodingOptions.Section);
        services.PostConfigure<KestrelServerOptions>(kestrel => RequestLimits.Apply(kestrel.Limits));
        return services.AddTranscoding(Contract.Services.Where(service => Upstream.Of(service) is not null), Contract.Json);
    }

    /// <summary>Goes first: what no rule of the contract matches is left to the endpoints behind.</summary>
    public static void UseRest(this WebApplication app)
    {
        app.UseTranscoding(app.Services.GetRequiredService<GatewayMetrics>().Called, app.Services.GetRequiredService<CallerGate>().RefusalOf);
        app.UseScopes();
    }
}
