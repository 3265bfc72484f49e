using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pylon.Rpc;

/// <summary>One channel per address, shared by all clients of the process.</summary>
internal sealed class RpcChannels(IOptionsMonitor<RpcPeer> peers, TimeProvider time, ILoggerFactory logs) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<GrpcChannel>> _channels = new(StringComparer.Ordinal);

    public CallInvoker Invoker(string settingName)
    {
        var address = peers.Get(settingName).Address;
        var channel = _channels.GetOrAdd(address, key => new Lazy<GrpcChannel>(() => Open(key))).Value;
        return channel.Intercept(new DeadlineInterceptor(time));
    }

    public void Dispose()
    {
        foreach (var channel in _channels.Values.Where(c => c.IsValueCreated)) channel.Value.Dispose();
    }

    // Retries are off on purpose: the layer that knows whether a call is idempotent repeats it, and only that one.
    private GrpcChannel Open(string address) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(3),
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(20),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            // Our services are neighbours; a proxy of the environment is for the outside world.
            UseProxy = false,
        },
        DisposeHttpClient = true,
        InitialReconnectBackoff = TimeSpan.FromMilliseconds(100),
        MaxReconnectBackoff = TimeSpan.FromSeconds(2),
        LoggerFactory = logs,
    });
}
