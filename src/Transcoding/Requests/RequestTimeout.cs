using System.Globalization;
using Pylon.Transcoding.Problems;

namespace Pylon.Transcoding.Requests;

/// <summary>How long the caller wants to wait: <c>grpc-timeout: 500m</c>, or <c>X-Request-Timeout</c> in seconds.</summary>
public static class RequestTimeout
{
    public const string GrpcHeader = "grpc-timeout";
    public const string RestHeader = "X-Request-Timeout";

    /// <summary>False for a header that cannot be read; a null timeout when the caller sent none.</summary>
    public static bool TryRead(IHeaderDictionary headers, out TimeSpan? timeout, out FieldProblem problem)
    {
        problem = default;
        timeout = null;
        if (headers.TryGetValue(GrpcHeader, out var grpc))
        {
            timeout = ParseGrpc(grpc.ToString());
            problem = new(GrpcHeader, "must be at most 8 digits and one of H, M, S, m, u, n, for example 500m");
            return timeout is not null;
        }

        if (headers.TryGetValue(RestHeader, out var rest))
        {
            timeout = ParseSeconds(rest.ToString());
            problem = new(RestHeader, "must be seconds, more than 0, for example 2.5");
            return timeout is not null;
        }

        return true;
    }

    /// <summary>The value of <see cref="GrpcHeader"/>; at most 27 hours.</summary>
    public static string Grpc(TimeSpan timeout) => string.Create(CultureInfo.InvariantCulture, $"{(long)timeout.TotalMilliseconds}m");

    private static TimeSpan? ParseGrpc(string text)
    {
        if (text.Length is < 2 or > 9 || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            return null;
        return text[^1] switch
        {
            'H' => TimeSpan.FromHours(value),
            'M' => TimeSpan.FromMinutes(value),
            'S' => TimeSpan.FromSeconds(value),
            'm' => TimeSpan.FromMilliseconds(value),
            'u' => TimeSpan.FromMicroseconds(value),
            'n' => TimeSpan.FromTicks(value / TimeSpan.NanosecondsPerTick),
            _ => null,
        };
    }

    private static TimeSpan? ParseSeconds(string text)
    {
        var number = text.EndsWith('s') ? text.AsSpan(0, text.Length - 1) : text;
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and < 1_000_000_000
            ? TimeSpan.FromSeconds(seconds)
            : null;
    }
}
