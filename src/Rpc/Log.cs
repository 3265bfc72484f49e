using Microsoft.Extensions.Logging;

namespace Pylon.Rpc;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "{Method} failed unexpectedly; the caller received INTERNAL with correlation id {CorrelationId}")]
    public static partial void Failed(this ILogger log, Exception exception, string method, string correlationId);

    [LoggerMessage(LogLevel.Warning, "{Method} failed; the caller received {Reason} and may retry")]
    public static partial void Refused(this ILogger log, Exception exception, string method, string reason);

    [LoggerMessage(LogLevel.Warning, "Calls that failed because something is unreachable, in the last minute and not logged: {Count}; their callers may retry")]
    public static partial void MoreRefused(this ILogger log, int count);
}
