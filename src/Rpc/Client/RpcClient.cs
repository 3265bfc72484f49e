using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pylon.Rpc;

public static class RpcClient
{
    /// <summary>
    /// A generated client of the service whose address (<c>http://host:port</c>, h2c) stands in the setting
    /// <paramref name="settingName"/>, for example PYLON_INGESTION; a missing or malformed one stops the start.
    /// Unary calls are bounded to 10 s unless given a deadline, and end with the call that they are made for.
    /// </summary>
    public static IServiceCollection AddRpcClient<TClient>(this IServiceCollection services, string settingName)
        where TClient : ClientBase
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RpcChannels>();
        services.AddOptions<RpcPeer>(settingName)
            .Configure<IConfiguration>((peer, configuration) => peer.Address = configuration[settingName] ?? "")
            .Validate(peer => RpcPeer.IsValid(peer.Address), $"{settingName}: must be the address of a gRPC service, for example http://127.0.0.1:5101")
            .ValidateOnStart();
        services.TryAddSingleton(provider =>
            (TClient)Activator.CreateInstance(typeof(TClient), provider.GetRequiredService<RpcChannels>().Invoker(settingName))!);
        return services;
    }

    /// <summary>The same channel for calls without a generated client (a transcoder's, say).</summary>
    public static CallInvoker GetRpcInvoker(this IServiceProvider services, string settingName) =>
        services.GetRequiredService<RpcChannels>().Invoker(settingName);
}
