using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Pylon.ServiceDefaults;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name} has no effect: {Reason}")]
    public static partial void SettingIsIdle(this ILogger log, string name, string reason);

    [LoggerMessage(LogLevel.Warning, "Health check {Check} is {Status}: {Reason}; it is checked again every few seconds")]
    public static partial void CheckFailed(this ILogger log, string check, HealthStatus status, string reason);

    [LoggerMessage(LogLevel.Information, "Health check {Check} is healthy again")]
    public static partial void CheckRecovered(this ILogger log, string check);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A metric could not be observed")]
    public static partial void NotObserved(this ILogger log, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Instrument {Meter}/{Instrument} is not shown: {Name} is another kind of metric already")]
    public static partial void NameTaken(this ILogger log, string meter, string instrument, string name);
}
