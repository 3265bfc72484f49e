namespace Pylon.Gateway.Broadcast;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "The event stream was lost; again in {Pause}")]
    public static partial void StreamLost(this ILogger log, Exception exception, TimeSpan pause);
}
