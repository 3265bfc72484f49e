namespace Pylon.Ingestion.Freshness;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Source {Source}: stale, not read since {Since:u}; its values are marked stale until it is read. Last error: {Error}")]
    public static partial void SourceStale(this ILogger logger, string source, DateTimeOffset since, string error);

    [LoggerMessage(LogLevel.Warning, "Could not read how fresh the sources are; retried every 15 seconds")]
    public static partial void FreshnessUnknown(this ILogger logger, Exception exception);
}
