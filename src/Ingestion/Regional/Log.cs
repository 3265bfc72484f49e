namespace Pylon.Ingestion.Regional;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Filled {Count} regional half hours with synthetic values, until {Until:u}")]
    public static partial void Filled(this ILogger logger, long count, DateTimeOffset until);

    [LoggerMessage(2, LogLevel.Warning, "The regional grid could not be filled; trying again until it works")]
    public static partial void FillFailed(this ILogger logger, Exception exception);
}
