using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pylon.Sandbox.Bpp;
using Pylon.Sandbox.Engines;
using Pylon.Sandbox.Gemini;
using Pylon.Sandbox.Grid;
using Pylon.Sandbox.Home;
using Pylon.Sandbox.Network;
using Pylon.Sandbox.Requests;
using Pylon.Sandbox.Workers;

namespace Pylon.Sandbox;

/// <summary>The sandbox: simulates the systems outside of Pylon for local use and tests.</summary>
internal static class Program
{
    private const long MaxBodyBytes = 16 * 1024 * 1024;

    public static async Task Main(string[] args)
    {
        await using var app = Build(args);
        await app.RunAsync();
    }

    /// <summary>Tests replace services through <paramref name="configure"/>.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        var port = ReadPort(builder.Configuration["PYLON_HTTP_PORT"]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
            kestrel.AddServerHeader = false;
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddNetwork(builder.Configuration);
        builder.Services.AddBpp(builder.Configuration);
        builder.Services.AddGrid();
        builder.Services.AddWorkers(builder.Configuration);
        configure?.Invoke(builder);

        var app = builder.Build();
        app.UseMiddleware<BadInput>();
        app.MapHome();
        app.MapNetwork();
        app.MapBpp();
        app.MapGemini();
        app.MapEngines();
        app.MapGrid();
        app.MapWorkers();
        return app;
    }

    private static int ReadPort(string? value)
    {
        if (string.IsNullOrWhiteSpace(value))
            return 5300;
        if (int.TryParse(value, out var port) && port is >= 0 and <= 65535)
            return port;
        throw new InvalidOperationException($"PYLON_HTTP_PORT is '{value}': must be a port from 0 (any free one) to 65535");
    }
}
