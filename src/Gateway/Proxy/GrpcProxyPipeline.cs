using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;
using Pylon.Gateway.Contracts;
using Pylon.Rpc;
using Pylon.Transcoding.Requests;
using Yarp.ReverseProxy.Forwarder;

namespace Pylon.Gateway.Proxy;

/// <summary>Around each native call: no limits of a request that is not a stream, and gRPC's own errors.</summary>
internal static class GrpcProxyPipeline
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    // A timer takes no more, and the connection will not last so long.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    public static async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (NotAscii(context.Request.Headers) is { } header)
        {
            GrpcAnswer.Write(context, Refusal.InvalidArgument(header, "must be ASCII; other values go into a header whose name ends in -bin"));
            return;
        }

        // A client's stream has no bound here; the service bounds the size of a message.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (await IsLateAsync(context, next))
        {
            if (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
                Answer(context, StatusCode.DeadlineExceeded);
            return;
        }

        var failure = context.Features.Get<IForwarderErrorFeature>();
        if (failure is null && context.Response.StatusCode < StatusCodes.Status500InternalServerError)
            return;
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            return;
        Answer(context, failure?.Error == ForwarderError.RequestTimedOut ? StatusCode.DeadlineExceeded : StatusCode.Unavailable);
    }

    // Such a call cannot be sent, and that would count against an instance that is well.
    private static string? NotAscii(IHeaderDictionary headers)
    {
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                if (!Ascii.IsValid(value))
                    return name;
            }
        }

        return null;
    }

    // A service that is frozen does not end a call at its deadline; the gateway does.
    private static async Task<bool> IsLateAsync(HttpContext context, RequestDelegate next)
    {
        if (Bound(context) is not { } bound)
        {
            await next(context);
            return false;
        }

        var aborted = context.RequestAborted;
        using var end = new CancellationTokenSource(bound < Longest ? bound : Longest, context.RequestServices.GetRequiredService<TimeProvider>());
        await using var gone = aborted.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), end);
        context.RequestAborted = end.Token;
        try
        {
            await next(context);
        }
        finally
        {
            context.RequestAborted = aborted;
        }

        return end.IsCancellationRequested && !aborted.IsCancellationRequested;
    }

    // Null for a stream, whose end is its service's or its caller's.
    private static TimeSpan? Bound(HttpContext context)
    {
        if (!Contract.IsUnary(context.Request.Path.Value))
            return null;
        // At the deadline the service answers, so it is told one; the gateway waits for that a little longer.
        if (!RequestTimeout.TryRead(context.Request.Headers, out var timeout, out _) || timeout is not { } given)
        {
            given = context.RequestServices.GetRequiredService<IOptions<ProxyOptions>>().Value.UnaryTimeout;
            context.Request.Headers.TryAdd(RequestTimeout.GrpcHeader, RequestTimeout.Grpc(given));
        }

        return given + Margin;
    }

    // A bare 502 says nothing to a gRPC client.
    private static void Answer(HttpContext context, StatusCode code)
    {
        context.Response.Clear();
        GrpcAnswer.Write(context, code, code == StatusCode.DeadlineExceeded ? "The service did not answer in time." : "The service behind the gateway is unreachable; try again later.");
    }
}
