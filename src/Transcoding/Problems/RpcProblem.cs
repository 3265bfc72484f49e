using Google.Rpc;
using Grpc.Core;

namespace Pylon.Transcoding.Problems;

/// <summary>A failed call as a problem: from the google.rpc.Status of the service or, without one, from the status code.</summary>
public static class RpcProblem
{
    public static Problem Of(RpcException exception)
    {
        var status = exception.Trailers.GetRpcStatus(ignoreParseError: true);
        var info = status?.GetDetail<ErrorInfo>();
        var problem = new Problem
        {
            Status = StatusMap.ToHttp(exception.StatusCode),
            Reason = info?.Reason ?? StatusMap.Name(exception.StatusCode),
            Detail = status is not null ? exception.Status.Detail : Describe(exception),
            Errors = [.. status?.GetDetail<BadRequest>()?.FieldViolations.Select(violation => new FieldProblem(violation.Field, violation.Description)) ?? []],
            RetryAfter = status?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan(),
        };
        return info?.Domain is { Length: > 0 } domain ? problem with { Domain = domain } : problem;
    }

    // Without details the message may be the client library's own, which names hosts and ports.
    private static string Describe(RpcException exception) => exception.StatusCode switch
    {
        StatusCode.Unavailable => "The service behind this path is unreachable.",
        StatusCode.DeadlineExceeded => "The service behind this path did not answer in time.",
        StatusCode.Internal or StatusCode.Unknown => "The service behind this path failed.",
        _ => exception.Status.Detail,
    };
}
