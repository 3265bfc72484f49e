namespace Pylon.Rpc;

/// <summary>The connections of a gRPC client: HTTP/2, as many as the streams need, with pings that find a dead one.</summary>
internal static class Connections
{
    /// <summary>How long a channel waits between two attempts to connect, at first and at most.</summary>
    public static readonly (TimeSpan First, TimeSpan Longest) Backoff = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2));

    public static SocketsHttpHandler Create(bool useProxy) => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(3),
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(20),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        UseProxy = useProxy,
    };
}
