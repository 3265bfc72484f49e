namespace Pylon.Rpc;

/// <summary>The ways in which a request can be refused; <see cref="RefusalTable"/> gives each its gRPC status.</summary>
public enum RefusalKind
{
    InvalidArgument,
    NotFound,
    AlreadyExists,
    FailedPrecondition,
    ResourceExhausted,
    Unavailable,
    Unauthenticated,
    PermissionDenied,
}
