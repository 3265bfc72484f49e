using Microsoft.Extensions.Options;
using Pylon.Gateway.Problems;
using Pylon.Gateway.Streams;
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
        services.AddSingleton(provider => new Replay(provider.GetRequiredService<IEventStream>(), provider.GetRequiredService<IOptions<BroadcastOptions>>().Value.ReplayPage));
        services.AddSingleton<ReplayPages>();
        services.AddSingleton<Broadcaster>();
        services.AddSingleton<BroadcastEndpoints>();
        return services;
    }

    public static void MapBroadcast(this WebApplication app)
    {
        var endpoints = app.Services.GetRequiredService<BroadcastEndpoints>();
        app.MapRest("GET", "/beckn/broadcast", endpoints.SubscribeAsync);
        app.MapRest("GET", "/beckn/broadcast/poll", endpoints.PollAsync);
        app.MapGrpcService<BroadcastGrpcService>();
    }
}
