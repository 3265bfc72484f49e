using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;

namespace Pylon.Rpc;

/// <summary>
/// Errors on the wire (AIP-193): a <c>google.rpc.Status</c> in the trailer <c>grpc-status-details-bin</c> with
/// <c>ErrorInfo{reason, domain: "pylon"}</c> and, where they apply, <c>BadRequest</c> and <c>RetryInfo</c>.
/// </summary>
public static class RpcStatus
{
    public const string Domain = "pylon";
    private const string Trailer = "grpc-status-details-bin";

    /// <summary>The details in the trailer, or null when there are none, as with a lost connection.</summary>
    public static Google.Rpc.Status? Details(this RpcException exception)
    {
        if (exception.Trailers.GetValueBytes(Trailer) is not { } bytes)
            return null;
        try
        {
            return Google.Rpc.Status.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    /// <summary>The stable reason, for example WORKLOAD_NOT_FOUND.</summary>
    public static string? Reason(this RpcException exception) => exception.Detail<ErrorInfo>()?.Reason;

    public static IReadOnlyList<FieldViolation> Violations(this RpcException exception) =>
        exception.Detail<BadRequest>()?.FieldViolations.Select(v => new FieldViolation(v.Field, v.Description)).ToList() ?? [];

    /// <summary>The first detail of a type, for example <see cref="RetryInfo"/>.</summary>
    public static T? Detail<T>(this RpcException exception)
        where T : class, IMessage, new() =>
        exception.Details()?.Details.FirstOrDefault(any => any.Is(new T().Descriptor))?.Unpack<T>();

    internal static RpcException Of(Refusal refusal)
    {
        var info = new ErrorInfo { Reason = refusal.Reason, Domain = Domain, Metadata = { refusal.Metadata.ToDictionary() } };
        List<IMessage> details = [info];
        if (refusal.Violations.Count > 0)
        {
            var fields = refusal.Violations.Select(v => new BadRequest.Types.FieldViolation { Field = v.Field, Description = v.Rule });
            details.Add(new BadRequest { FieldViolations = { fields } });
        }

        if (refusal.RetryAfter is { } delay)
            details.Add(new RetryInfo { RetryDelay = Duration.FromTimeSpan(delay) });
        return Of(RefusalTable.CodeOf(refusal.Kind), refusal.Message, details);
    }

    /// <summary>For an unexpected error: the caller receives only the correlation id of the log entry.</summary>
    internal static RpcException Internal(string correlationId)
    {
        var info = new ErrorInfo { Reason = "INTERNAL", Domain = Domain, Metadata = { ["correlation_id"] = correlationId } };
        return Of(StatusCode.Internal, "The service failed unexpectedly; look up the correlation id in its log.", [info]);
    }

    private static RpcException Of(StatusCode code, string message, List<IMessage> details)
    {
        var status = new Google.Rpc.Status { Code = (int)code, Message = message, Details = { details.Select(Any.Pack) } };
        return new RpcException(new Grpc.Core.Status(code, message), new Metadata { { Trailer, status.ToByteArray() } });
    }
}
