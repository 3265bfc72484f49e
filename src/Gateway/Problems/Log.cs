namespace Pylon.Gateway.Problems;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "{Method} {Path}: unexpected exception; the caller gets 500")]
    public static partial void Unexpected(this ILogger log, Exception exception, string method, string path);
}
