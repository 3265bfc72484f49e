using Grpc.Core;

namespace Pylon.Gateway.Webhooks;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "Callback {Action}: the Orchestrator did not accept it ({Code}); the NACK makes the provider send it again; the next ones are counted and not logged until one is accepted")]
    public static partial void CallbackNotAccepted(this ILogger log, Exception exception, string action, StatusCode code);

    [LoggerMessage(LogLevel.Information, "Callback {Action}: the Orchestrator accepts callbacks again after {Refused} that it did not")]
    public static partial void CallbackAccepted(this ILogger log, string action, int refused);
}
