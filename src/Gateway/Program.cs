using Microsoft.Extensions.Options;
using Pylon.Gateway.Broadcast;
using Pylon.Gateway.Home;
using Pylon.Gateway.Proxy;
using Pylon.Gateway.Transcoding;
using Pylon.Gateway.Webhooks;
using Pylon.ServiceDefaults;

namespace Pylon.Gateway;

/// <summary>The gateway: one door to all services, and the broadcast of what they do.</summary>
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
            // Addresses are needed already to put the parts together; the message names the setting.
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }

        return await app.RunServiceAsync();
    }

    /// <summary>Tests put their own services in place of the real ones by <paramref name="adjust"/>.</summary>
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
