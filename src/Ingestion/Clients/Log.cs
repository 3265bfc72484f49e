namespace Pylon.Ingestion.Clients;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Source {Source}: most requests fail; no request is sent for {Pause}")]
    public static partial void CircuitOpened(this ILogger logger, string source, TimeSpan pause);

    [LoggerMessage(LogLevel.Information, "Source {Source}: requests succeed again")]
    public static partial void CircuitClosed(this ILogger logger, string source);
}
