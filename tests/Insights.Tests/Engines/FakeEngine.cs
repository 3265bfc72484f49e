using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pylon.Insights.Tests.Engines;

/// <summary>An external engine on a free port that answers as a test says.</summary>
internal sealed class FakeEngine : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<(string Path, string Body)> _requests = new();

    private FakeEngine(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>The answer to everything but health checks.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = http => WriteAsync(http, """{"co2_kg":12.5,"model_version":"m-1","confidence":0.85}""");

    /// <summary>The status of the answer to health checks.</summary>
    public int Health { get; set; } = 200;

    /// <summary>Path and body of everything but health checks.</summary>
    public IReadOnlyList<(string Path, string Body)> Requests => [.. _requests];

    public int HealthChecks { get; private set; }

    public static async Task<FakeEngine> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var engine = new FakeEngine(app);
        app.Run(engine.ServeAsync);
        await app.StartAsync();
        return engine;
    }

    public static Task WriteAsync(HttpContext http, string body, int status = 200)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsync(body);
    }

    public void Answers(string body, int status = 200) => Answer = http => WriteAsync(http, body, status);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ServeAsync(HttpContext http)
    {
        if (http.Request.Path.Value!.EndsWith("/health", StringComparison.Ordinal))
        {
            HealthChecks++;
            http.Response.StatusCode = Health;
            return;
        }

        using var reader = new StreamReader(http.Request.Body);
        _requests.Enqueue((http.Request.Path.Value, await reader.ReadToEndAsync()));
        await Answer(http);
    }
}
