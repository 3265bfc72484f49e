using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Pylon.Rpc;

/// <summary>
/// The context of a streaming call whose token also ends with the host. Without it a stream that waits for news keeps
/// the process alive for the whole shutdown timeout.
/// </summary>
internal sealed class StreamCallContext(ServerCallContext call, CancellationToken cancellationToken) : ServerCallContext
{
    protected override string MethodCore => call.Method;
    protected override string HostCore => call.Host;
    protected override string PeerCore => call.Peer;
    protected override DateTime DeadlineCore => call.Deadline;
    protected override Metadata RequestHeadersCore => call.RequestHeaders;
    protected override CancellationToken CancellationTokenCore => cancellationToken;
    protected override Metadata ResponseTrailersCore => call.ResponseTrailers;
    protected override Status StatusCore { get => call.Status; set => call.Status = value; }
    protected override WriteOptions? WriteOptionsCore { get => call.TryGetWriteOptions(); set => call.TrySetWriteOptions(value); }
    protected override AuthContext AuthContextCore => call.AuthContext;
    protected override IDictionary<object, object> UserStateCore => WithHttpContext(call);

    protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => call.CreatePropagationToken(options);

    protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => call.WriteResponseHeadersAsync(responseHeaders);

    /// <summary>True when the method or the class of the rpc has this attribute; false under a host without endpoints.</summary>
    public bool HasMetadata<T>()
        where T : class
    {
        try
        {
            return call.GetHttpContext().GetEndpoint()?.Metadata.GetMetadata<T>() is not null;
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException)
        {
            return false;
        }
    }

    // GetHttpContext() looks here when the context is not the library's own.
    private static IDictionary<object, object> WithHttpContext(ServerCallContext call)
    {
        if (!call.UserState.ContainsKey("__HttpContext") && call.GetHttpContext() is HttpContext http)
            call.UserState["__HttpContext"] = http;
        return call.UserState;
    }
}
