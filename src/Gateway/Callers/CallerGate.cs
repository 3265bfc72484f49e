using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Microsoft.Extensions.Primitives;
using Pylon.Access;
using Pylon.Gateway.Contracts;
using Pylon.Gateway.Problems;
using Pylon.Gateway.Proxy;
using Pylon.Gateway.Webhooks;
using Pylon.Rpc;
using Pylon.ServiceDefaults.Start;
using Pylon.Transcoding.Problems;
using Pylon.Web;
using Yarp.ReverseProxy.Model;

namespace Pylon.Gateway.Callers;

/// <summary>
/// Who calls, and what that caller may do. What a request says about its caller is taken off, whatever it is; to the services
/// goes the token of the Gateway instead. Without PYLON_INTERNAL_KEY nobody is asked.
/// </summary>
internal sealed class CallerGate(InternalTokens tokens, OpenStreams streams, IConfiguration configuration)
{
    private const string TenantHeader = "x-pylon-tenant";
    private const string Docs = "/docs";
    private const string Reflection = "/grpc.reflection.";
    private const string Health = "/grpc.health.";

    private static readonly IReadOnlyDictionary<string, ScopeRule> Rpcs = MethodScopes.Of(Contract.Services);
    private static readonly Refusal KeysUnavailable = Refusal.Unavailable("KEYS_UNAVAILABLE", "Keys cannot be checked now; try again.", TimeSpan.FromSeconds(1));
    private static readonly Refusal OtherSite = Refusal.PermissionDenied("OTHER_SITE", "A browser's request of another site is not taken; send the key as x-api-key.");

    // The contract is no secret, but in production it is shown to nobody without need.
    private readonly ScopeRule _contract =
        configuration.IsProduction() ? ScopeRule.OneOf(Scope.Admin) : ScopeRule.Public;

    /// <summary>The rule of an endpoint that shows the contract: public, in production for admins.</summary>
    public static ScopeRule ContractRule { get; } = ScopeRule.OneOf(Scope.Admin);

    /// <summary>True for an endpoint whose callers are asked: by its own rule, or as an rpc.</summary>
    public static bool HasRule(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<ScopeRule>() is not null || IsRpc(endpoint);

    /// <summary>Finds the caller of a request; refuses one whose key or token is not good, and one for an rpc that it may not call.</summary>
    public async Task IdentifyAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;
        var (apiKeys, authorizations, tenants) = (request.Headers[Credential.KeyHeader], request.Headers.Authorization, request.Headers[TenantHeader]);
        request.Headers.Remove(InternalTokens.Header);
        request.Headers.Remove(TenantHeader);
        request.Headers.Remove(Credential.KeyHeader);
        // The Authorization of a provider is its signature.
        var isWebhook = WebhookFeature.IsCallback(request);
        if (!isWebhook)
            request.Headers.Authorization = default;
        if (tokens.IsOpen || isWebhook)
        {
            if (tokens.IsOpen)
                context.Features.Set(Caller.Open);
            await next(context);
            return;
        }

        context.Features.Set(await VerifyAsync(context, apiKeys, authorizations, tenants) ?? RefusalOfRpc(context));
        await next(context);
    }

    /// <summary>Answers a request that <see cref="IdentifyAsync"/> refused.</summary>
    public static Task TurnAwayAsync(HttpContext context, RequestDelegate next) =>
        context.Features.Get<Refusal>() is { } refusal ? RefuseAsync(context, refusal) : next(context);

    /// <summary>The refusal of a transcoded rpc; null when the caller may call it.</summary>
    public Problem? RefusalOf(HttpContext context, MethodDescriptor rpc)
    {
        if (tokens.IsOpen)
            return null;
        if (RefusalOf(RuleOf(MethodScopes.PathOf(rpc)), context) is { } refusal)
            return Challenged(context, refusal);
        if (rpc.IsServerStreaming || rpc.IsClientStreaming)
            Watch(context);
        return null;
    }

    /// <summary>Goes on when the caller may use the endpoint; one without a rule is refused.</summary>
    public async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        if (!tokens.IsOpen && RefusalOf(RuleOf(context), context) is { } refusal)
        {
            await RefuseAsync(context, refusal);
            return;
        }

        if (!tokens.IsOpen && IsStream(context))
            Watch(context);
        await next(context);
    }

    // A native stream of a service, and what the gateway itself streams.
    private static bool IsStream(HttpContext context) => Contract.IsStream(context.Request.Path.Value) || OwnStreams.Has(context.Request.Path);

    private void Watch(HttpContext context)
    {
        if (context.Features.Get<Credential>() is { } credential)
            streams.Watch(context, credential);
    }

    private ScopeRule RuleOf(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments(Docs, StringComparison.Ordinal))
            return _contract;
        // A path that does not exist is no secret; a call was asked before.
        if (context.GetEndpoint() is not { } endpoint || IsRpc(endpoint))
            return ScopeRule.Public;
        var rule = endpoint.Metadata.GetMetadata<ScopeRule>() ?? ScopeRule.Internal;
        return rule == ContractRule ? _contract : rule;
    }

    private static bool IsRpc(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is not null || endpoint.Metadata.GetMetadata<RouteModel>() is not null
        || endpoint.DisplayName?.StartsWith("gRPC - Unimplemented", StringComparison.Ordinal) == true;

    private ScopeRule RuleOf(string path) =>
        Rpcs.TryGetValue(path, out var rule) ? rule
        : path.StartsWith(Health, StringComparison.Ordinal) ? ScopeRule.Public
        : path.StartsWith(Reflection, StringComparison.Ordinal) ? _contract
        : ScopeRule.Internal;

    // A native call is known by its path, whatever its type of content says.
    private Refusal? RefusalOfRpc(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        return GrpcAnswer.IsGrpc(context.Request) || Rpcs.ContainsKey(path) ? RefusalOf(RuleOf(path), context) : null;
    }

    private static Refusal? RefusalOf(ScopeRule rule, HttpContext context)
    {
        var caller = context.Features.Get<Caller>();
        if (rule.Allows(caller))
            return null;
        return caller is null ? AccessRefusals.Missing : AccessRefusals.OutOfScope(rule);
    }

    // Null when the caller is known, or when the request shows nothing.
    private async ValueTask<Refusal?> VerifyAsync(HttpContext context, StringValues apiKeys, StringValues authorizations, StringValues tenants)
    {
        if (!Credential.TryRead(apiKeys, authorizations, out var credential))
            return AccessRefusals.Invalid;
        if (credential is null)
            return null;
        if (credential.IsOfBrowser && !IsOwn(context.Request))
            return OtherSite;
        var verdict = await streams.FindAsync(credential, context.RequestAborted);
        if (verdict.IsUnknown)
            return KeysUnavailable;
        if (verdict.Caller is not { } caller)
            return AccessRefusals.Invalid;
        if (tenants.Count > 0 && caller.IsAdmin)
        {
            if (tenants.Count > 1 || !Guid.TryParseExact(tenants[0], "D", out var tenant))
                return Refusal.InvalidArgument(TenantHeader, "must be the UUID of one operator");
            caller = tokens.Acting(caller, tenant);
        }

        context.Features.Set(caller);
        context.Features.Set(credential);
        context.Request.Headers[InternalTokens.Header] = tokens.Of(caller);
        return null;
    }

    // The browser says which site made it send the request (Sec-Fetch-Site, or Origin where it does not send that).
    private static bool IsOwn(HttpRequest request)
    {
        if (request.Headers["Sec-Fetch-Site"].ToString() is { Length: > 0 } site)
            return site is "same-origin" or "none";
        return request.Headers.Origin.ToString() is not { Length: > 0 } origin
            || (Uri.TryCreate(origin, UriKind.Absolute, out var from) && string.Equals(from.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsStreamOfPage(HttpRequest request) => request.Headers["Sec-Fetch-Site"] == "same-origin" && request.Headers.Accept == "text/event-stream";

    private static async Task RefuseAsync(HttpContext context, Refusal refusal)
    {
        if (!GrpcAnswer.IsGrpc(context.Request))
        {
            await context.WriteProblemAsync(Challenged(context, refusal));
            return;
        }

        GrpcAnswer.Write(context, refusal);
    }

    // A browser asks its user for a key: any name, and the key as the password. For the stream of a page it gives the same again; a page
    // under another path would not send it unasked.
    private static Problem Challenged(HttpContext context, Refusal refusal)
    {
        if (refusal.Kind == RefusalKind.Unauthenticated)
            context.Response.Headers.WWWAuthenticate = WebFeature.WantsPage(context.Request) || IsStreamOfPage(context.Request) ? "Basic realm=\"Pylon\", charset=\"UTF-8\"" : "Bearer realm=\"Pylon\"";
        return RefusalProblem.Of(refusal);
    }
}
