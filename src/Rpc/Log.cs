using Microsoft.Extensions.Logging;

namespace Pylon.Rpc;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed, correlation id {CorrelationId}")]
    public static partial void Failed(this ILogger log, Exception exception, string method, string correlationId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} refused with {Reason}")]
    public static partial void Refused(this ILogger log, Exception exception, string method, string reason);
}
