using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Pylon.Rpc;

/// <summary>
/// No unary call without a bound: the caller's own deadline, but never later than that of the call being served, and
/// <see cref="Default"/> when there is neither. Streams are as long as their caller wants; dead connections are found
/// by keep-alive pings.
/// </summary>
internal sealed class DeadlineInterceptor(TimeProvider time) : Interceptor
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
        where TResponse : class
    {
        var served = CurrentCall.Context;
        var deadline = context.Options.Deadline ?? time.GetUtcNow().UtcDateTime + Default;
        if (served is not null && served.Deadline < deadline) deadline = served.Deadline;
        var options = context.Options.WithDeadline(deadline);
        if (served is not null && !options.CancellationToken.CanBeCanceled) options = options.WithCancellationToken(served.CancellationToken);
        return new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, options);
    }
}
