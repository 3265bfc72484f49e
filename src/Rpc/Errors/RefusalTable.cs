using System.Data.Common;
using System.Net.Sockets;
using Grpc.Core;

namespace Pylon.Rpc;

/// <summary>The one table from a failure to the status that the caller receives.</summary>
internal sealed class RefusalTable(IEnumerable<ExceptionMapper> mappers)
{
    public static StatusCode CodeOf(RefusalKind kind) => kind switch
    {
        RefusalKind.InvalidArgument => StatusCode.InvalidArgument,
        RefusalKind.NotFound => StatusCode.NotFound,
        RefusalKind.AlreadyExists => StatusCode.AlreadyExists,
        RefusalKind.FailedPrecondition => StatusCode.FailedPrecondition,
        RefusalKind.ResourceExhausted => StatusCode.ResourceExhausted,
        RefusalKind.Unavailable => StatusCode.Unavailable,
        RefusalKind.Unauthenticated => StatusCode.Unauthenticated,
        RefusalKind.PermissionDenied => StatusCode.PermissionDenied,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, message: null),
    };

    /// <summary>The refusal that an exception means, or null for an unexpected one.</summary>
    public Refusal? Find(Exception exception) => exception switch
    {
        RefusalException expected => expected.Refusal,
        _ => mappers.Select(map => map(exception)).FirstOrDefault(found => found is not null) ?? BuiltIn(exception),
    };

    // The messages of the exceptions name hosts, ports and tables, so the caller receives these instead.
    private static Refusal? BuiltIn(Exception exception) => exception switch
    {
        // The second is a prepared statement that no longer fits its table, which a newer program changed; the next call prepares it anew.
        DbException { IsTransient: true } or DbException { SqlState: "0A000" } => Refusal.Unavailable("DATABASE_UNAVAILABLE", "The database is unreachable; try again later."),
        RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded } or HttpRequestException =>
            Refusal.Unavailable("UPSTREAM_UNAVAILABLE", "A service that this one needs is unreachable; try again later."),
        TimeoutException or OperationCanceledException { InnerException: TimeoutException } =>
            Refusal.Unavailable("UPSTREAM_TIMEOUT", "A service that this one needs did not answer in time; try again later."),
        SocketException => Refusal.Unavailable("UPSTREAM_UNAVAILABLE", "A service that this one needs is unreachable; try again later."),
        _ => null,
    };
}
