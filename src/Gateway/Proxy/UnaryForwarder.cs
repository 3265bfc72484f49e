using System.Buffers;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Pylon.Gateway.Contracts;
using Yarp.ReverseProxy.Forwarder;

namespace Pylon.Gateway.Proxy;

/// <summary>
/// Forwards a native call with one message in each direction: reads the message, sends it, reads the whole answer and
/// passes it on. YARP chooses the destination, watches its health and transforms the headers; its forwarder copies two
/// streams at the same time, which costs as much again as a small message itself (ADR 0027).
/// </summary>
internal static class UnaryForwarder
{
    // A larger message is copied piece by piece, as YARP does it.
    private const int MostBuffered = 64 * 1024;

    private const int Http2InternalError = 2;

    // One for each rpc and instance. Instances come and go, so there is a limit.
    private const int MostTargets = 20_000;
    private static readonly ConcurrentDictionary<(string Address, string Path), Uri> Targets = new();

    /// <summary>Leaves to <paramref name="next"/>, YARP's forwarder, what is not a small unary call.</summary>
    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (!Contract.IsUnary(context.Request.Path.Value) || !await TryForwardAsync(context, context.Request.Path.Value))
            await next(context);
    }

    private static async Task<bool> TryForwardAsync(HttpContext context, string path)
    {
        var proxy = context.GetReverseProxyFeature();
        if (proxy.AvailableDestinations is not [{ Model.Config.Address: var address } destination])
            return false;
        var ended = context.RequestAborted;
        try
        {
            if (await ReadMessageAsync(context, ended) is not { } message)
                return false;
            proxy.ProxiedDestination = destination;
            using var request = new HttpRequestMessage(HttpMethod.Post, Targets.GetOrAdd((address, path), Target))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ReadOnlyMemoryContent(message),
            };
            var transformer = proxy.Route.Transformer;
            await transformer.TransformRequestAsync(context, request, address, ended);
            using var answer = await proxy.Cluster.HttpClient.SendAsync(request, ended);
            await PassOnAsync(context, answer, transformer, ended);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            context.Features.Set<IForwarderErrorFeature>(new Failure(ErrorOf(context, ended), e));
            // What has been sent of the answer must not look like all of it.
            if (context.Response.HasStarted)
                context.Features.Get<IHttpResetFeature>()?.Reset(Http2InternalError);
        }

        return true;
    }

    private static Uri Target((string Address, string Path) target)
    {
        if (Targets.Count >= MostTargets)
            Targets.Clear();
        return new Uri(new Uri(target.Address), target.Path);
    }

    // Null for a message that is too large. In each case it can still be read from its beginning: by YARP, or for another instance.
    private static async ValueTask<byte[]?> ReadMessageAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (read.Buffer.Length > MostBuffered)
            {
                reader.AdvanceTo(read.Buffer.Start);
                return null;
            }

            if (read.IsCompleted)
            {
                var message = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.Start);
                return message;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    // A small answer is there as a whole before any of it is sent: one that is cut off becomes an error that says so.
    private static async Task PassOnAsync(HttpContext context, HttpResponseMessage answer, HttpTransformer transformer, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(MostBuffered);
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
            var length = await body.ReadAtLeastAsync(buffer.AsMemory(0, MostBuffered), MostBuffered, throwOnEndOfStream: false, cancellationToken);
            context.Response.StatusCode = (int)answer.StatusCode;
            await transformer.TransformResponseAsync(context, answer, cancellationToken);
            var writer = context.Response.BodyWriter;
            if (length > 0)
                writer.Write(buffer.AsSpan(0, length));
            if (length == MostBuffered)
            {
                await writer.FlushAsync(cancellationToken);
                await body.CopyToAsync(writer, cancellationToken);
            }

            await transformer.TransformResponseTrailersAsync(context, answer, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static ForwarderError ErrorOf(HttpContext context, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? ForwarderError.RequestCanceled
        : context.Response.HasStarted ? ForwarderError.ResponseBodyDestination
        : ForwarderError.Request;

    private sealed record Failure(ForwarderError Error, Exception? Exception) : IForwarderErrorFeature;
}
