using Grpc.Core;
using Grpc.Core.Interceptors;
using Pylon.Access;

namespace Pylon.Rpc;

/// <summary>
/// Around every call of every service, first of all: who calls, by the token of the Gateway or of another service, and whether
/// the scope of the rpc allows it. An rpc without a rule is refused.
/// </summary>
internal sealed class AccessInterceptor(InternalTokens tokens) : Interceptor
{
    private const string Health = "/grpc.health.v1.";
    private const string Reflection = "/grpc.reflection.";

    /// <summary>Of the services that this process describes, by path.</summary>
    public IReadOnlyDictionary<string, ScopeRule> Rules { get; set; } = new Dictionary<string, ScopeRule>(StringComparer.Ordinal);

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        await AdmitAsync(context);
        return await continuation(request, context);
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await AdmitAsync(context);
        return await continuation(requestStream, context);
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await AdmitAsync(context);
        await continuation(request, responseStream, context);
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        await AdmitAsync(context);
        await continuation(requestStream, responseStream, context);
    }

    private async ValueTask AdmitAsync(ServerCallContext context)
    {
        if (tokens.IsOpen)
        {
            context.SetCaller(Caller.Open);
            return;
        }

        var rule = RuleOf(context.Method);
        if (rule == ScopeRule.Public)
            return;
        var caller = await CallerOfAsync(context) ?? throw RpcStatus.Of(AccessRefusals.Missing);
        if (!rule.Allows(caller))
            throw RpcStatus.Of(AccessRefusals.OutOfScope(rule));
        context.SetCaller(caller);
        context.GetHttpContext().Features.Set(caller);
    }

    private ScopeRule RuleOf(string method)
    {
        if (Rules.TryGetValue(method, out var rule))
            return rule;
        // Who may read the contract from outside is the Gateway's to say.
        return method.StartsWith(Health, StringComparison.Ordinal) || method.StartsWith(Reflection, StringComparison.Ordinal) ? ScopeRule.Public : ScopeRule.Internal;
    }

    private async ValueTask<Caller?> CallerOfAsync(ServerCallContext context)
    {
        string? token = null;
        foreach (var entry in context.RequestHeaders)
        {
            if (entry.Key != InternalTokens.Header)
                continue;
            if (token is not null)
                return null;
            token = entry.Value;
        }

        return token is null ? null : await tokens.ReadAsync(token);
    }
}
