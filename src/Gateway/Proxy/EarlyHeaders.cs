using Pylon.Gateway.Contracts;
using Yarp.ReverseProxy.Transforms;

namespace Pylon.Gateway.Proxy;

/// <summary>
/// Sends the response headers of a stream when the service does. YARP would hold them back until the first message, and the
/// caller could not tell a silent stream from one that is not served.
/// </summary>
internal static class EarlyHeaders
{
    public static ValueTask SendAsync(ResponseTransformContext transform)
    {
        var http = transform.HttpContext;
        // A call that has failed already has its status in the headers, and nothing else.
        var isOpen = transform.ProxyResponse is { } response && !response.Headers.Contains("grpc-status");
        return isOpen && Contract.IsServerStream(http.Request.Path.Value)
            ? new ValueTask(FlushAsync(http))
            : ValueTask.CompletedTask;
    }

    private static async Task FlushAsync(HttpContext http) => await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
}
