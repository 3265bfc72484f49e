using Grpc.Core;

namespace Pylon.Gateway.Webhooks;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "Callback {Action} was not taken ({Code}); the provider is told to send it again")]
    public static partial void CallbackNotTaken(this ILogger log, Exception exception, string action, StatusCode code);
}
