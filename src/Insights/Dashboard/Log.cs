using Grpc.Core;

namespace Pylon.Insights.Dashboard;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "The carbon intensities for the forecast of emissions could not be read ({Status}); electricity is forecast by what it emitted")]
    public static partial void IntensityUnavailable(this ILogger logger, StatusCode status);
}
