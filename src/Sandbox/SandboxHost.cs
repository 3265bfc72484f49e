using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Bpp;
using Pylon.Sandbox.Gemini;
using Pylon.Sandbox.Grid;
using Pylon.Sandbox.Workers;

namespace Pylon.Sandbox;

/// <summary>Puts the outside world together. Program runs it as a process, tests run it in theirs.</summary>
internal static class SandboxHost
{
    private const long LargestBody = 16 * 1024 * 1024;

    public static WebApplication Build(string[] args, Action<IServiceCollection>? replace = null)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        var port = ReadPort(builder.Configuration["PYLON_HTTP_PORT"]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.AddServerHeader = false;
        });
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(3));
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddBpp(builder.Configuration);
        builder.Services.AddGemini();
        builder.Services.AddGrid();
        builder.Services.AddWorkers(builder.Configuration);
        replace?.Invoke(builder.Services);

        var app = builder.Build();
        app.UseMiddleware<BadInput>();
        app.MapGet("/health", () => Json.Result(new JObject { ["status"] = "healthy" }));
        app.MapGet("/", () => Json.Result(SandboxIndex.Describe()));
        app.MapBpp();
        app.MapBppAdmin();
        app.MapGemini();
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
        throw new InvalidOperationException($"PYLON_HTTP_PORT is '{value}': give a port from 0 (any free one) to 65535");
    }
}
