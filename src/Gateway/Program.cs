using Microsoft.Extensions.Options;
using Pylon.Gateway.Broadcast;
using Pylon.Gateway.Contracts;
using Pylon.Gateway.Home;
using Pylon.Gateway.Metrics;
using Pylon.Gateway.Proxy;
using Pylon.Gateway.Rest;
using Pylon.Gateway.Webhooks;
using Pylon.ServiceDefaults;

namespace Pylon.Gateway;

/// <summary>The gateway: the REST and gRPC APIs of all services, webhooks of providers, and the broadcast of events.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        WebApplication app;
        try
        {
            app = Build(args);
        }
        catch (Exception e) when (e is OptionsValidationException or InvalidOperationException)
        {
            // Building reads the addresses of the services; the message names the wrong setting.
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }

        return await app.RunServiceAsync();
    }

    /// <summary>Tests replace services through <paramref name="configure"/>.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.AddServiceDefaults("gateway", defaultGrpcPort: 8081, defaultHttpPort: 8080);
        builder.Services
            .AddProxy()
            .AddSingleton<GatewayMetrics>()
            .AddRest()
            .AddWebhooks()
            .AddBroadcast(builder.Configuration);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseRest();
        app.MapHome();
        app.MapBroadcast();
        app.MapWebhooks();
        app.MapProxy();
        app.MapServiceDefaults(Contract.Services);
        return app;
    }
}
