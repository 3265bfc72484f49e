using Pylon.Access;
using Pylon.Gateway.Broadcast;
using Pylon.Gateway.Callers;
using Pylon.Gateway.Contracts;
using Pylon.Gateway.Cors;
using Pylon.Gateway.Edge;
using Pylon.Gateway.Home;
using Pylon.Gateway.Limits;
using Pylon.Gateway.Metrics;
using Pylon.Gateway.OpenApi;
using Pylon.Gateway.Problems;
using Pylon.Gateway.Proxy;
using Pylon.Gateway.Rest;
using Pylon.Gateway.Webhooks;
using Pylon.ServiceDefaults;
using Pylon.Web;

namespace Pylon.Gateway;

/// <summary>The gateway: the REST and gRPC APIs of all services, webhooks of providers, and the broadcast of events.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => Defaults.RunServiceAsync(() => Build(args));

    /// <summary>Tests replace services through <paramref name="configure"/>.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults("gateway", defaultGrpcPort: 8081, defaultHttpPort: 8080);
        builder.Services
            .AddEdge()
            .AddCrossOrigin()
            .AddLimits()
            .AddProxy()
            .AddCallers()
            .AddSingleton<GatewayMetrics>()
            .AddRest()
            .AddWebhooks()
            .AddBroadcast(builder.Configuration)
            .AddWeb();
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseEdge();
        app.UseCrossOrigin();
        app.UseProblems();
        app.UseCallers();
        app.UseLimits();
        app.UseKnownCallers();
        app.UseRest();
        app.UseGrpcWebCalls();
        app.MapHome();
        app.MapOpenApi();
        app.MapWeb().WithMetadata(ScopeRule.AnyCaller);
        app.MapBroadcast();
        app.MapWebhooks();
        app.MapProxy();
        app.MapServiceDefaults(Contract.Services);
        app.CheckScopes();
        return app;
    }
}
