namespace Pylon.Insights.Engines;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "The calls to {Engine} fail; the built-in way is used, and no call is made for {BreakDuration}")]
    public static partial void CircuitOpened(this ILogger logger, string engine, TimeSpan breakDuration);

    [LoggerMessage(LogLevel.Information, "The calls to {Engine} succeed again")]
    public static partial void CircuitClosed(this ILogger logger, string engine);

    [LoggerMessage(LogLevel.Warning, "The health check of {Engine} failed: {Reason}; the built-in way is used until one succeeds")]
    public static partial void Unhealthy(this ILogger logger, string engine, string reason);

    [LoggerMessage(LogLevel.Information, "The health check of {Engine} succeeds again; it is called again")]
    public static partial void Recovered(this ILogger logger, string engine);

    [LoggerMessage(LogLevel.Error, "The health of {Engine} could not be checked; it is checked again after the interval")]
    public static partial void CheckFailed(this ILogger logger, string engine, Exception exception);
}
