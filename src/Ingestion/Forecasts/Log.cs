namespace Pylon.Ingestion.Forecasts;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Forecast accuracy: could not work on {What}; tried again in {Interval} or at the next full hour, which makes up for it")]
    public static partial void NotMeasured(this ILogger logger, Exception exception, string what, TimeSpan interval);
}
