namespace Pylon.Sandbox.Bpp;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Callback to {Target} given up: {Reason}")]
    public static partial void CallbackFailed(ILogger logger, Uri target, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Action} failed inside the sandbox")]
    public static partial void RequestFailed(ILogger logger, string action, Exception failure);
}
