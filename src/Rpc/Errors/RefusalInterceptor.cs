using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pylon.Rpc;

/// <summary>
/// Around every call of every service: errors become statuses, streams send their headers at once and end when the host
/// stops, and small messages are not compressed.
/// </summary>
internal sealed class RefusalInterceptor(
    RefusalTable table, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<RefusalInterceptor> log) : Interceptor, IDisposable
{
    private const int CompressFromBytes = 1024;
    private const int RefusedLinesPerMinute = 20;
    private static readonly WriteOptions Uncompressed = new(WriteFlags.NoCompress);
    private readonly LogLimit _refusedLines = new(RefusedLinesPerMinute, log.MoreRefused, time);

    public void Dispose() => _refusedLines.Dispose();

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            var response = await continuation(request, context);
            if (response is IMessage message && message.CalculateSize() < CompressFromBytes)
                context.TrySetWriteOptions(Uncompressed);
            return response;
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        TResponse? response = null;
        await StreamAsync(context, async stream => response = await continuation(requestStream, stream));
        return response!;
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        StreamAsync(context, async stream =>
        {
            await SendHeadersAsync(stream);
            await continuation(request, responseStream, stream);
        });

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        StreamAsync(context, async stream =>
        {
            await SendHeadersAsync(stream);
            await continuation(requestStream, responseStream, stream);
        });

    // Else they would wait for the first message, and the caller could not tell a silent stream from one that is not served.
    private static Task SendHeadersAsync(StreamCallContext context) =>
        context.HasMetadata<SendsOwnHeadersAttribute>() ? Task.CompletedTask : context.WriteResponseHeadersAsync([]);

    private async Task StreamAsync(ServerCallContext context, Func<StreamCallContext, Task> run)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        var stream = new StreamCallContext(context, ended.Token);
        try
        {
            await run(stream);
        }
        catch (Exception exception)
        {
            throw Translate(exception, context);
        }
    }

    private RpcException Translate(Exception exception, ServerCallContext context)
    {
        if (exception is RefusalException expected)
            return RpcStatus.Of(expected.Refusal);
        // The library's own: a method without a body, a message over the limit, an unknown service in a health check.
        if (exception is RpcException { StatusCode: StatusCode.Unimplemented or StatusCode.ResourceExhausted } own)
            return own;
        if (exception is RpcException { StatusCode: StatusCode.NotFound } unknown && context.Method.StartsWith("/grpc.health.", StringComparison.Ordinal))
            return unknown;
        if (EndOf(exception, context) is { } end)
            return end;
        if (table.Find(exception) is { } refusal)
        {
            // While PostgreSQL is unreachable every call fails in the same way.
            if (_refusedLines.Allows())
                log.Refused(exception, context.Method, refusal.Reason);
            return RpcStatus.Of(refusal);
        }

        var correlationId = Activity.Current?.TraceId.ToHexString() ?? Guid.NewGuid().ToString("N");
        log.Failed(exception, context.Method, correlationId);
        return RpcStatus.Internal(correlationId);
    }

    // What still runs for a call that has ended fails in many ways; none of them is an error of the service.
    private RpcException? EndOf(Exception exception, ServerCallContext context)
    {
        // The library throws InvalidOperationException for a message to a caller that has gone.
        if (exception is not (OperationCanceledException or IOException or InvalidOperationException or RpcException { StatusCode: StatusCode.Cancelled or StatusCode.DeadlineExceeded }))
            return null;
        if (context.Deadline <= time.GetUtcNow().UtcDateTime)
            return new RpcException(new Status(StatusCode.DeadlineExceeded, "The deadline of the call has passed."));
        if (context.CancellationToken.IsCancellationRequested)
            return new RpcException(new Status(StatusCode.Cancelled, "The caller cancelled the call."));
        return lifetime.ApplicationStopping.IsCancellationRequested
            ? RpcStatus.Of(Refusal.Unavailable("SHUTTING_DOWN", "This instance is shutting down."))
            : null;
    }
}
