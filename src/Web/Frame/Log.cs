using Microsoft.Extensions.Logging;

namespace Pylon.Web.Frame;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "{Method} {Path}: the page failed; the reader gets 500")]
    public static partial void PageFailed(this ILogger log, Exception exception, string method, string path);
}
