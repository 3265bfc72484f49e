using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Pylon.Gateway.Transcoding;

/// <summary>Where calls to a service go; tests put a service of their own there.</summary>
internal interface IUpstreams
{
    CallInvoker InvokerOf(ServiceDescriptor service);
}
