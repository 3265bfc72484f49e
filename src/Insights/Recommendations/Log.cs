namespace Pylon.Insights.Recommendations;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "Hotspot {HotspotId}: its recommendations could not be made; they are tried again in {Delay}")]
    public static partial void NotMade(this ILogger logger, Exception exception, Guid hotspotId, TimeSpan delay);

    [LoggerMessage(LogLevel.Information, "Recommendations that nobody decided in time: {Count} expired")]
    public static partial void Expired(this ILogger logger, int count);
}
