namespace Pylon.Ingestion.Postcodes;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Postcode {Outward}: the Carbon Intensity API could not be asked for its region: {Reason}; {Next}")]
    public static partial void PostcodeNotAsked(this ILogger logger, Exception exception, string outward, string reason, string next);
}
