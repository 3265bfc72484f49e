using Google.Rpc;
using Grpc.Core;

namespace Pylon.Client;

/// <summary>What a refused or failed call says.</summary>
/// <param name="Code">Of gRPC.</param>
/// <param name="Message">For a person.</param>
/// <param name="Reason">Stable, for programs, for example WORKLOAD_NOT_FOUND; empty without one, as with a lost connection.</param>
public sealed record PylonError(StatusCode Code, string Message, string Reason)
{
    /// <summary>The fields that are wrong, by the names of the protos, each with what is allowed.</summary>
    public IReadOnlyList<(string Field, string Rule)> Fields { get; init; } = [];

    /// <summary>When the call may be made again; null when the service does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Reads the details of an error (google.rpc.Status).</summary>
    public static PylonError Of(RpcException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        var status = exception.GetRpcStatus();
        return new PylonError(exception.StatusCode, exception.Status.Detail, status?.GetDetail<ErrorInfo>()?.Reason ?? "")
        {
            Fields = [.. status?.GetDetail<BadRequest>()?.FieldViolations.Select(one => (one.Field, one.Description)) ?? []],
            RetryAfter = status?.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan(),
        };
    }
}
