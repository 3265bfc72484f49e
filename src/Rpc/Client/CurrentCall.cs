using Grpc.Core;

namespace Pylon.Rpc;

/// <summary>
/// The call that the running code serves, so that calls made on its behalf end when it ends. What outlives the call
/// finds nothing here: the holder is emptied, not only the flow of this method.
/// </summary>
internal sealed class CurrentCall : IDisposable
{
    private static readonly AsyncLocal<CurrentCall?> Current = new();
    private volatile ServerCallContext? _call;

    private CurrentCall(ServerCallContext call) => _call = call;

    public static ServerCallContext? Context => Current.Value?._call;

    public static CurrentCall Enter(ServerCallContext call) => Current.Value = new CurrentCall(call);

    public void Dispose() => _call = null;
}
