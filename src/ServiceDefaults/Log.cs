using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Pylon.ServiceDefaults;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "{Name} has no effect: {Reason}")]
    public static partial void SettingIsIdle(this ILogger log, string name, string reason);

    [LoggerMessage(LogLevel.Warning, "Health check {Check} is {Status}: {Reason}; it is checked again every 15 s")]
    public static partial void CheckFailed(this ILogger log, string check, HealthStatus status, string reason, Exception? exception);

    [LoggerMessage(LogLevel.Information, "Health check {Check} is healthy again")]
    public static partial void CheckRecovered(this ILogger log, string check);

    [LoggerMessage(LogLevel.Warning, "Open: PYLON_INTERNAL_KEY is not set, so no caller is asked for a key; everybody who reaches this port may read and change everything")]
    public static partial void IsOpen(this ILogger log);

    [LoggerMessage(LogLevel.Information, "Draining: not ready any more; calls are served for {Seconds} s, then the process ends")]
    public static partial void IsDraining(this ILogger log, double seconds);

    [LoggerMessage(LogLevel.Information, "PYLON_INTERNAL_KEY is set: every caller needs a key or a token")]
    public static partial void NeedsKeys(this ILogger log);
}
