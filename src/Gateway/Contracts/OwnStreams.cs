using Google.Protobuf.Reflection;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using Pylon.Gateway.V1;
using Pylon.Rpc;

namespace Pylon.Gateway.Contracts;

/// <summary>The streams with which the gateway itself answers.</summary>
internal static class OwnStreams
{
    /// <summary>The broadcast of the REST API.</summary>
    public const string Broadcast = "/beckn/broadcast";

    private static readonly ServiceDescriptor[] Services =
        [BroadcastService.Descriptor, Health.Descriptor, ServerReflection.Descriptor, Grpc.Reflection.V1Alpha.ServerReflection.Descriptor];

    private static readonly string[] Paths =
        [Broadcast, .. Services.SelectMany(service => service.Methods).Where(rpc => rpc.IsServerStreaming).Select(MethodScopes.PathOf)];

    /// <summary>True for the path of one, however it is written.</summary>
    public static bool Has(PathString path) => Array.Exists(Paths, own => path.LeadsTo(own));
}
