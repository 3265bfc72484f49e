namespace Pylon.Sandbox.Bpp.Callbacks;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Callback to {Target}: {Reason}; it is not sent again")]
    public static partial void CallbackFailed(this ILogger log, Uri target, string reason);
}
