namespace Pylon.Insights.Intensity;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Ingestion does not give carbon intensities ({Status}); estimates use the annual factor, and Ingestion is asked again in {Pause}")]
    public static partial void IntensitiesUnavailable(this ILogger log, string status, TimeSpan pause);
}
