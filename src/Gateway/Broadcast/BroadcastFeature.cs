using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using Pylon.Gateway.Contracts;
using Pylon.Gateway.Problems;
using Pylon.Gateway.Streams;
using Pylon.Gateway.V1;
using Pylon.Messaging;
using Pylon.Rpc;
using Pylon.ServiceDefaults;

namespace Pylon.Gateway.Broadcast;

internal static class BroadcastFeature
{
    // The subscribers of a gateway that ended come to another one at once. A connection beyond the queue is tried again by its
    // client after a second, then three. The system has a limit too (net.core.somaxconn).
    private const int WaitingConnections = 4096;

    public static IServiceCollection AddBroadcast(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidatedOptions<BroadcastOptions>(BroadcastOptions.Section);
        services.Configure<SocketTransportOptions>(sockets => sockets.Backlog = WaitingConnections);
        services.AddEventStream(configuration);
        services.AddExceptionMapper(e => StreamFailure.Is(e) ? EventsUnavailable.Refusal : null);
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
        var scopes = MethodScopes.Of([BroadcastService.Descriptor]);
        app.MapRest("GET", OwnStreams.Broadcast, scopes[PathOf(nameof(BroadcastService.BroadcastServiceBase.Subscribe))], endpoints.SubscribeAsync);
        app.MapRest("GET", $"{OwnStreams.Broadcast}/poll", scopes[PathOf(nameof(BroadcastService.BroadcastServiceBase.Poll))], endpoints.PollAsync);
        app.MapGrpcService<BroadcastGrpcService>();
    }

    private static string PathOf(string rpc) => MethodScopes.PathOf(BroadcastService.Descriptor.FindMethodByName(rpc));
}
