namespace Pylon.Conductor.Circuits;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Most calls to {Peer} failed; no call is made for {BreakDuration}, then one is tried")]
    public static partial void Opened(this ILogger log, string peer, TimeSpan breakDuration);

    [LoggerMessage(LogLevel.Information, "{Peer} answers again; calls are made again")]
    public static partial void Closed(this ILogger log, string peer);
}
