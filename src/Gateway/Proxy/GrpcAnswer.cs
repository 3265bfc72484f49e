using System.Globalization;
using Grpc.Core;
using Pylon.Rpc;

namespace Pylon.Gateway.Proxy;

/// <summary>An answer of the gateway itself to a native call or one of gRPC-Web: "trailers only", headers with the status and no body.</summary>
internal static class GrpcAnswer
{
    private const string ContentType = "application/grpc";

    public static bool IsGrpc(HttpRequest request) => request.ContentType?.StartsWith(ContentType, StringComparison.OrdinalIgnoreCase) == true;

    public static void Write(HttpContext context, StatusCode code, string message)
    {
        var response = context.Response;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = GrpcWeb.TypeOf(context.Request) ?? ContentType;
        response.Headers["grpc-status"] = ((int)code).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = message;
    }

    /// <summary>With the details, and when a client that repeats calls by itself may call again.</summary>
    public static void Write(HttpContext context, Refusal refusal)
    {
        var error = RpcStatus.Of(refusal);
        Write(context, error.StatusCode, refusal.Message);
        foreach (var trailer in error.Trailers)
            context.Response.Headers[trailer.Key] = trailer.IsBinary ? Convert.ToBase64String(trailer.ValueBytes).TrimEnd('=') : trailer.Value;
        if (refusal.RetryAfter is { } delay)
            context.Response.Headers["grpc-retry-pushback-ms"] = delay.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture);
    }
}
