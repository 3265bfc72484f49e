namespace Pylon.Gateway.Problems;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    public static partial void Unexpected(this ILogger log, Exception exception, string method, string path);
}
