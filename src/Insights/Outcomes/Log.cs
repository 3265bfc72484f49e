namespace Pylon.Insights.Outcomes;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "Recommendation {RecommendationId}: its outcome could not be measured; it is tried again in {Interval}")]
    public static partial void NotMeasured(this ILogger logger, Exception exception, Guid recommendationId, TimeSpan interval);
}
