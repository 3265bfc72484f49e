using Grpc.Core;

namespace Pylon.Gateway.Webhooks;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Callback {Action}: the Orchestrator did not accept it ({Code}); the NACK makes the provider send it again")]
    public static partial void CallbackNotAccepted(this ILogger log, Exception exception, string action, StatusCode code);
}
