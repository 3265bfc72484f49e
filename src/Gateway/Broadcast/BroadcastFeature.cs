using Pylon.Messaging;
using Pylon.ServiceDefaults;

namespace Pylon.Gateway.Broadcast;

internal static class BroadcastFeature
{
    public static IServiceCollection AddBroadcast(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<BroadcastOptions>(BroadcastOptions.Section);
        services.AddEventStream(configuration);
        services.AddSingleton<BroadcastHub>();
        services.AddHostedService(provider => provider.GetRequiredService<BroadcastHub>());
        services.AddSingleton<Broadcaster>();
        services.AddSingleton<BroadcastEndpoints>();
        return services;
    }

    public static void MapBroadcast(this WebApplication app)
    {
        var endpoints = app.Services.GetRequiredService<BroadcastEndpoints>();
        app.MapRest("GET", "/beckn/broadcast", endpoints.Subscribe);
        app.MapRest("GET", "/beckn/broadcast/poll", endpoints.Poll);
        app.MapGrpcService<BroadcastGrpcService>();
    }
}
