namespace Pylon.Ingestion.Regional;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Information, "Filled {Count} regional half hours with synthetic values, until {Until:u}")]
    public static partial void Filled(this ILogger logger, long count, DateTimeOffset until);

    [LoggerMessage(LogLevel.Warning, "Could not fill the grid with synthetic values; retried until it succeeds")]
    public static partial void FillFailed(this ILogger logger, Exception exception);
}
