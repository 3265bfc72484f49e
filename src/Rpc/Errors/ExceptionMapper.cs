namespace Pylon.Rpc;

/// <summary>
/// Maps the exceptions of one library, such as a store's client, to a refusal; null for an exception that it does not know.
/// Registered with <see cref="RpcServer.AddExceptionMapper"/>.
/// </summary>
public delegate Refusal? ExceptionMapper(Exception exception);
