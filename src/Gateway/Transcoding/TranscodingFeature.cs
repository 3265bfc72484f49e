using Pylon.Gateway.Problems;
using Pylon.Gateway.Proxy;
using Pylon.ServiceDefaults;

namespace Pylon.Gateway.Transcoding;

internal static class TranscodingFeature
{
    /// <summary>The REST face of everything behind the gateway. Its own service has endpoints of its own (Broadcast).</summary>
    public static IServiceCollection AddTranscoding(this IServiceCollection services)
    {
        services.AddValidatedOptions<TranscodingOptions>(TranscodingOptions.Section);
        services.AddSingleton<GatewayMetrics>();
        services.AddSingleton(new RouteTable(Binding.Of(Contract.Services.Where(service => Upstream.Of(service) is not null))));
        services.AddSingleton<Transcoder>();
        return services;
    }

    /// <summary>Goes first: what no rule of the contract has is left to the endpoints behind.</summary>
    public static void UseTranscoding(this WebApplication app)
    {
        var transcoder = app.Services.GetRequiredService<Transcoder>();
        app.UseProblems();
        app.Use(async (context, next) =>
        {
            if (IsGrpc(context.Request) || !await transcoder.TryServe(context))
                await next(context);
        });
        // Explicit, because it would otherwise run before the lines above.
        app.UseRouting();
    }

    private static bool IsGrpc(HttpRequest request) =>
        request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;
}
