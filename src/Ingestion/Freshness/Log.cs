namespace Pylon.Ingestion.Freshness;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The source {Source} is stale: not read since {Since:u}. {Error}")]
    public static partial void SourceStale(this ILogger logger, string source, DateTimeOffset since, string error);

    [LoggerMessage(2, LogLevel.Warning, "How fresh the sources are cannot be read; trying on")]
    public static partial void FreshnessUnknown(this ILogger logger, Exception exception);
}
