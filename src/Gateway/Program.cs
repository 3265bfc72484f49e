using Pylon.Gateway.Broadcast;
using Pylon.Gateway.Home;
using Pylon.Gateway.Proxy;
using Pylon.Gateway.Transcoding;
using Pylon.Gateway.Webhooks;
using Pylon.ServiceDefaults;

namespace Pylon.Gateway;

/// <summary>The gateway: REST and native gRPC to all services, and the broadcast of their events.</summary>
internal static class Program
{
    public static Task<int> Main(string[] args) => Defaults.RunServiceAsync(() => Build(args));

    /// <summary>Tests replace services by their own in <paramref name="adjust"/>.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? adjust = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults("gateway", defaultGrpcPort: 8081, defaultHttpPort: 8080);
        builder.Services
            .AddProxy()
            .AddTranscoding()
            .AddWebhooks()
            .AddBroadcast(builder.Configuration);
        adjust?.Invoke(builder);

        var app = builder.Build();
        app.UseTranscoding();
        app.MapHome();
        app.MapBroadcast();
        app.MapWebhooks();
        app.MapProxy();
        app.MapServiceDefaults(Contract.Services);
        return app;
    }
}
