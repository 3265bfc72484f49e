using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Pylon.Rpc;

/// <summary>
/// Gives a unary call without a deadline this limit. A stream is as long as its caller wants; keep-alive pings find its dead
/// connection.
/// </summary>
internal sealed class DeadlineInterceptor(TimeSpan limit) : Interceptor
{
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(10);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Bounded(context));

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Bounded(context));

    private ClientInterceptorContext<TRequest, TResponse> Bounded<TRequest, TResponse>(ClientInterceptorContext<TRequest, TResponse> context)
        where TRequest : class
        where TResponse : class =>
        // Of the wall clock, by which the client library and the other end count it.
        new(context.Method, context.Host, context.Options.WithDeadline(context.Options.Deadline ?? TimeProvider.System.GetUtcNow().UtcDateTime + limit));
}
