using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Pylon.Transcoding.Calls;

namespace Pylon.Conductor.Http;

/// <summary>Calls to the gRPC API of this process, so that both APIs have the same checks and answers.</summary>
internal sealed class OwnCalls(IServer server) : IUpstreams, IDisposable
{
    private readonly Lazy<GrpcChannel> _channel = new(() => GrpcChannel.ForAddress(AddressOf(server)));

    public CallInvoker InvokerOf(Google.Protobuf.Reflection.ServiceDescriptor service) => _channel.Value.CreateCallInvoker();

    public void Dispose()
    {
        if (_channel.IsValueCreated)
            _channel.Value.Dispose();
    }

    /// <summary>gRPC is the first that it listens on; see ListenOptions.</summary>
    private static Uri AddressOf(IServer server)
    {
        var address = new UriBuilder(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        if (address.Host is "0.0.0.0" or "[::]")
            address.Host = "localhost";
        return address.Uri;
    }
}
