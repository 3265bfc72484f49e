namespace Pylon.Rpc;

/// <summary>The connections of a gRPC channel: HTTP/2, as many as the streams need, with pings that find a dead one.</summary>
/// <remarks>
/// <see cref="SocketsHttpHandler.ConnectTimeout"/> stays without a limit. Grpc.Net.Client bounds by it not one attempt but all
/// attempts together. When they are over it begins anew, except when that meets the end of the old ones: then the address is never
/// tried again (2.85; grpc/grpc-dotnet issue 2734 is near to it). A call waits no longer than its deadline, an attempt no longer than
/// TCP tries.
/// </remarks>
internal static class Connections
{
    /// <summary>How long a channel waits between two attempts to connect, at first and at most.</summary>
    public static readonly (TimeSpan First, TimeSpan Longest) Backoff = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));

    public static SocketsHttpHandler Create(bool useProxy)
    {
        var handler = new SocketsHttpHandler { PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan };
        Configure(handler, useProxy);
        return handler;
    }

    /// <summary>What every connection between two processes of Pylon has.</summary>
    public static void Configure(SocketsHttpHandler handler, bool useProxy)
    {
        handler.EnableMultipleHttp2Connections = true;
        // A dead connection is found within 30 s. A timer of each handler fires four times within the shorter of the two.
        handler.KeepAlivePingDelay = TimeSpan.FromSeconds(15);
        handler.KeepAlivePingTimeout = TimeSpan.FromSeconds(15);
        handler.KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests;
        handler.UseProxy = useProxy;
    }
}
