namespace Pylon.Ingestion.Postcodes;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Postcode {Outward}: the Carbon Intensity API could not be asked for its region: {Reason}; {Next}")]
    public static partial void PostcodeNotAsked(this ILogger logger, Exception exception, string outward, string reason, string next);

    [LoggerMessage(LogLevel.Warning, "Postcodes that the Carbon Intensity API could not be asked for in the last minute and that are not logged: {Count}")]
    public static partial void PostcodesNotAsked(this ILogger logger, int count);
}
