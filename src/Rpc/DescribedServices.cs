using Google.Protobuf.Reflection;
using Grpc.Health.V1;

namespace Pylon.Rpc;

/// <summary>
/// The services that this process answers for. The library's own discovery sees only what the process implements; the
/// Gateway describes the services behind it as well.
/// </summary>
internal sealed class DescribedServices
{
    public IReadOnlyList<ServiceDescriptor> Services { get; set; } = [];

    public IEnumerable<ServiceDescriptor> WithOwn =>
    [
        .. Services, Health.Descriptor, Grpc.Reflection.V1.ServerReflection.Descriptor, Grpc.Reflection.V1Alpha.ServerReflection.Descriptor,
    ];
}
