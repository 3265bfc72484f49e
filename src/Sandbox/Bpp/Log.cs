namespace Pylon.Sandbox.Bpp;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "{Action}: unexpected exception in the sandbox; the BAP gets 500 and a NACK")]
    public static partial void RequestFailed(this ILogger log, Exception exception, string action);
}
