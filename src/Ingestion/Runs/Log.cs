namespace Pylon.Ingestion.Runs;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Ingestion run {Run} {Status}: {New} values new, {Changed} changed, {Rejected} rows quarantined")]
    public static partial void RunEnded(this ILogger logger, Guid run, string status, long @new, long changed, long rejected);

    [LoggerMessage(LogLevel.Error, "Ingestion run {Run}: could not be completed; the next run reads the sources again")]
    public static partial void RunFailed(this ILogger logger, Guid run, Exception exception);

    [LoggerMessage(LogLevel.Warning, "Source {Source}: read incompletely, and read again after the retry interval. {Errors}")]
    public static partial void SourceFailed(this ILogger logger, string source, string errors);

    [LoggerMessage(LogLevel.Information, "Ingestion run {Run}: ended with the process; the next run reads what this one did not")]
    public static partial void RunStopped(this ILogger logger, Guid run, Exception? exception);

    [LoggerMessage("Source {Source}: could not read {Dataset}; it is read again after the retry interval")]
    public static partial void DatasetNotRead(this ILogger logger, LogLevel level, string source, string dataset, Exception exception);

    [LoggerMessage(LogLevel.Error, "Source {Source}: could not store {Dataset}; it is read and stored again after the retry interval")]
    public static partial void DatasetNotStored(this ILogger logger, string source, string dataset, Exception exception);

    [LoggerMessage(LogLevel.Warning, "Could not begin an ingestion run; retried after the retry interval")]
    public static partial void RunNotBegun(this ILogger logger, Exception exception);
}
