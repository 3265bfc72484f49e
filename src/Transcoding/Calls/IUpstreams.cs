using Grpc.Core;

namespace Pylon.Transcoding.Calls;

/// <summary>Where the calls to a service go. The host implements it.</summary>
public interface IUpstreams
{
    CallInvoker InvokerOf(ServiceDescriptor service);
}
