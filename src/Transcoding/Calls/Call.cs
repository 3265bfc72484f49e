using Grpc.Core;
using Pylon.Transcoding.Routing;

namespace Pylon.Transcoding.Calls;

/// <summary>A call about to be made.</summary>
internal sealed record Call(Binding Binding, CallInvoker Invoker, CallOptions Options);
