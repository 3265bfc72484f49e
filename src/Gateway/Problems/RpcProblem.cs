using Google.Rpc;
using Grpc.Core;
using Pylon.Rpc;

namespace Pylon.Gateway.Problems;

/// <summary>The failure of a call as a problem: the google.rpc.Status of the service, or what the connection said.</summary>
internal static class RpcProblem
{
    public static Problem Of(RpcException exception)
    {
        var info = exception.Detail<ErrorInfo>();
        return new Problem
        {
            Status = StatusMap.ToHttp(exception.StatusCode),
            Reason = exception.Reason() ?? StatusMap.Name(exception.StatusCode),
            Domain = info?.Domain is { Length: > 0 } domain ? domain : RpcStatus.Domain,
            Detail = Describe(exception),
            Errors = [.. exception.Violations().Select(violation => new FieldError(violation.Field, violation.Rule))],
            RetryAfter = exception.Detail<RetryInfo>()?.RetryDelay?.ToTimeSpan(),
        };
    }

    /// <summary>A refusal of the gateway's own.</summary>
    public static Problem Of(Refusal refusal) => new()
    {
        Status = StatusMap.ToHttp(Enum.Parse<StatusCode>(refusal.Kind.ToString())),
        Reason = refusal.Reason,
        Detail = refusal.Message,
        Errors = [.. refusal.Violations.Select(violation => new FieldError(violation.Field, violation.Rule))],
        RetryAfter = refusal.RetryAfter,
    };

    // Without details the message may be the client library's own, which names hosts and ports.
    private static string Describe(RpcException exception)
    {
        if (exception.Details() is not null)
            return exception.Status.Detail;
        return exception.StatusCode switch
        {
            StatusCode.Unavailable => "The service behind this path does not answer now.",
            StatusCode.DeadlineExceeded => "The service behind this path did not answer in time.",
            StatusCode.Internal or StatusCode.Unknown => "Something went wrong on our side.",
            _ => exception.Status.Detail,
        };
    }
}
