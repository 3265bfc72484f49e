using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Pylon.Gateway.Proxy;

/// <summary>Around each native call: no limits of a request that is not a stream, and gRPC's own errors.</summary>
internal static class GrpcProxyPipeline
{
    public static async Task InvokeAsync(HttpContext context, Func<Task> next)
    {
        // A client's stream has no bound here; the service bounds the size of a message.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        await next();
        var failure = context.Features.Get<IForwarderErrorFeature>();
        if (failure is null && context.Response.StatusCode < StatusCodes.Status500InternalServerError)
            return;
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            return;
        Answer(context, failure?.Error == ForwarderError.RequestTimedOut ? StatusCode.DeadlineExceeded : StatusCode.Unavailable);
    }

    // A bare 502 says nothing to a gRPC client; "trailers only" is headers with the status and no body.
    private static void Answer(HttpContext context, StatusCode code)
    {
        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = ((int)code).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = code == StatusCode.DeadlineExceeded
            ? "The service did not answer in time."
            : "The service behind the gateway is unreachable; try again later.";
    }
}
