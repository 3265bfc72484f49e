namespace Pylon.Gateway.Broadcast;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Broadcast: the event stream cannot be read; retrying in {Pause}")]
    public static partial void StreamLost(this ILogger log, Exception exception, TimeSpan pause);
}
