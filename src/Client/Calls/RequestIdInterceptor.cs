using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Pylon.Client.Calls;

/// <summary>
/// Gives a request without a request_id one, so that the call may be made again: the service answers a repeated id with what
/// it did the first time. The caller's message stays as it is; given twice, it is two requests.
/// </summary>
internal sealed class RequestIdInterceptor : Interceptor
{
    private const string Name = "request_id";

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(WithId(request), context);

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(WithId(request), context);

    internal static T WithId<T>(T request)
    {
        if (request is not IMessage message || message.Descriptor.FindFieldByName(Name) is not { FieldType: FieldType.String, IsRepeated: false } field || field.Accessor.GetValue(message) is not "")
            return request;
        var copy = ((IDeepCloneable<T>)message).Clone();
        field.Accessor.SetValue((IMessage)copy!, Guid.NewGuid().ToString());
        return copy;
    }
}
