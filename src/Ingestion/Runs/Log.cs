namespace Pylon.Ingestion.Runs;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Run {Run} {Status}: {New} values new, {Changed} changed, {Rejected} rows rejected")]
    public static partial void RunEnded(this ILogger logger, Guid run, string status, long @new, long changed, long rejected);

    [LoggerMessage(2, LogLevel.Error, "Run {Run} could not be completed; the next one does what it left")]
    public static partial void RunFailed(this ILogger logger, Guid run, Exception exception);

    [LoggerMessage(3, LogLevel.Warning, "The source {Source} is incomplete: {Errors}")]
    public static partial void SourceFailed(this ILogger logger, string source, string errors);

    [LoggerMessage(4, LogLevel.Warning, "A run could not be begun; trying again at the next interval")]
    public static partial void RunNotBegun(this ILogger logger, Exception exception);

    [LoggerMessage(5, LogLevel.Warning, "Most requests to the source {Source} fail: it is not asked for {Pause}")]
    public static partial void CircuitOpened(this ILogger logger, string source, TimeSpan pause);

    [LoggerMessage(6, LogLevel.Information, "The source {Source} answers again")]
    public static partial void CircuitClosed(this ILogger logger, string source);
}
