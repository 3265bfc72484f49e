namespace Pylon.Rpc;

/// <summary>
/// Knows the exceptions of one library (a store's client, say) that are an expected refusal; null for all others.
/// Registered with <see cref="RpcServer.AddExceptionMapper"/>.
/// </summary>
public delegate Refusal? ExceptionMapper(Exception exception);
