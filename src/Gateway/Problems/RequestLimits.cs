using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pylon.Transcoding.Problems;

namespace Pylon.Gateway.Problems;

/// <summary>
/// The limits of a request's line and headers. Kestrel refuses what is over its own limits with a bare status, before anything
/// of ours runs; so its limits are higher, and what lies between gets a problem here.
/// </summary>
internal static class RequestLimits
{
    private const int MostTarget = 8 * 1024;
    private const int MostHeaderBytes = 32 * 1024;
    private const int MostHeaders = 100;
    private const int Margin = 4;

    public static void Apply(KestrelServerLimits limits)
    {
        limits.MaxRequestLineSize = Margin * MostTarget;
        limits.MaxRequestHeadersTotalSize = Margin * MostHeaderBytes;
        limits.MaxRequestHeaderCount = Margin * MostHeaders;
    }

    /// <summary>Null for a request within the limits.</summary>
    public static Problem? Check(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestFeature>()?.RawTarget.Length > MostTarget)
            return new Problem { Status = StatusCodes.Status414UriTooLong, Reason = "URI_TOO_LONG", Detail = $"The path with its query must have at most {MostTarget} characters." };
        var (count, size) = (0, 0);
        foreach (var (name, values) in context.Request.Headers)
        {
            count += values.Count;
            foreach (var value in values)
                size += name.Length + (value?.Length ?? 0);
        }

        return count > MostHeaders || size > MostHeaderBytes
            ? new Problem { Status = StatusCodes.Status431RequestHeaderFieldsTooLarge, Reason = "HEADERS_TOO_LARGE", Detail = $"A request must have at most {MostHeaders} headers of together {MostHeaderBytes} characters." }
            : null;
    }
}
