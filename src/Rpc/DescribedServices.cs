using Google.Protobuf.Reflection;
using Grpc.Health.V1;
using Grpc.Reflection.V1;

namespace Pylon.Rpc;

/// <summary>The services that this process answers for: those it was mapped with, reflection and health.</summary>
internal sealed class DescribedServices
{
    public SymbolIndex Index { get; private set; } = new([]);

    public void Use(IEnumerable<ServiceDescriptor> services) =>
        Index = new SymbolIndex([.. services, ServerReflection.Descriptor, Grpc.Health.V1.Health.Descriptor]);
}
