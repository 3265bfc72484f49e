using System.Collections.Concurrent;
using Grpc.Core;
using Grpc.Net.Client;
using Pylon.Rpc;
using Pylon.Transcoding.Calls;

namespace Pylon.Gateway.Proxy;

/// <summary>
/// One channel per upstream for the calls that the gateway makes itself (REST, webhooks, health); several instances
/// take turns. Nothing is repeated here: the layer that knows whether a call is idempotent does that.
/// </summary>
internal sealed class UpstreamChannels(UpstreamAddresses addresses, NameLookUp lookUp, TimeProvider time, ILoggerFactory logs) : IUpstreams, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<GrpcChannel>> _channels = new(StringComparer.Ordinal);

    public CallInvoker InvokerOf(ServiceDescriptor service) =>
        InvokerOf(Upstream.Of(service) ?? throw new InvalidOperationException($"{service.FullName} has no upstream."));

    public CallInvoker InvokerOf(Upstream upstream) =>
        _channels.GetOrAdd(upstream.Name, _ => new Lazy<GrpcChannel>(() => Open(addresses.Of(upstream)))).Value.CreateCallInvoker();

    public void Dispose()
    {
        foreach (var channel in _channels.Values.Where(channel => channel.IsValueCreated))
            channel.Value.Dispose();
    }

    private GrpcChannel Open(IReadOnlyList<Uri> instances) => Channels.Open(instances, names: new NameResolverFactory(lookUp, time), options: new GrpcChannelOptions
    {
        LoggerFactory = logs,
        // The services are near; compressing an answer costs more than sending it.
        CompressionProviders = [],
        // As large as what a service may send: a page of the live state.
        MaxReceiveMessageSize = 32 * 1024 * 1024,
    });
}
