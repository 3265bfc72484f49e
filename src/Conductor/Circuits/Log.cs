namespace Pylon.Conductor.Circuits;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Calls to {Peer} keep failing: none for {BreakDuration}")]
    public static partial void Opened(this ILogger log, string peer, TimeSpan breakDuration);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Peer} answers again")]
    public static partial void Closed(this ILogger log, string peer);
}
