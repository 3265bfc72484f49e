namespace Pylon.Gateway.Limits;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Limits: none; any caller may call as often as it likes. They are on with PYLON_ENVIRONMENT=Production or Limits__Enabled=true")]
    public static partial void NoLimits(this ILogger log);

    [LoggerMessage(LogLevel.Warning, "Limits: Redis does not answer; this gateway counts by itself until it does")]
    public static partial void CountsAlone(this ILogger log, Exception? exception);

    [LoggerMessage(LogLevel.Information, "Limits: Redis answers; the gateways count together")]
    public static partial void CountsTogether(this ILogger log);
}
