namespace Pylon.Rpc;

/// <summary>Carries a <see cref="Refusal"/> out of a gRPC service to the interceptor, which answers with its status.</summary>
public sealed class RefusalException(Refusal refusal) : Exception(refusal.Message)
{
    public Refusal Refusal { get; } = refusal;
}
