using Grpc.Core;

namespace Pylon.Rpc;

/// <summary>
/// The call that the running code serves, so that calls made on its behalf end when it ends. What outlives the call
/// finds nothing here: the holder is emptied, not only the flow of this method.
/// </summary>
internal sealed class CurrentCall : IDisposable
{
    private static readonly AsyncLocal<CurrentCall?> Flow = new();
    private volatile ServerCallContext? call;

    private CurrentCall(ServerCallContext call) => this.call = call;

    public static ServerCallContext? Context => Flow.Value?.call;

    public static CurrentCall Enter(ServerCallContext call) => Flow.Value = new CurrentCall(call);

    public void Dispose() => call = null;
}
