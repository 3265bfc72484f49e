using Grpc.Core;

namespace Pylon.Gateway.Callers;

internal static partial class Log
{
    [LoggerMessage(LogLevel.Warning, "The Orchestrator cannot say whether a key is good ({Code}); keys that are not in use get 503 until it answers")]
    public static partial void KeysAreAway(this ILogger log, Exception exception, StatusCode code);

    [LoggerMessage(LogLevel.Information, "The Orchestrator checks keys again, after {Count} checks that failed")]
    public static partial void KeysAreBack(this ILogger log, int count);

    [LoggerMessage(LogLevel.Warning, "The keys of tokens could not be read from {Jwks}; the ones that were read before are used, if there are any")]
    public static partial void JwksAway(this ILogger log, Exception exception, string jwks);
}
