using Grpc.Core;
using Pylon.Rpc;
using Pylon.Transcoding.Problems;

namespace Pylon.Gateway.Problems;

internal static class RefusalProblem
{
    /// <summary>A refusal of the gateway itself as the problem that a service's refusal would become.</summary>
    public static Problem Of(Refusal refusal) => new()
    {
        Status = StatusMap.ToHttp(Enum.Parse<StatusCode>(refusal.Kind.ToString())),
        Reason = refusal.Reason,
        Detail = refusal.Message,
        Errors = [.. refusal.Violations.Select(violation => new FieldProblem(violation.Field, violation.Rule))],
        RetryAfter = refusal.RetryAfter,
    };
}
