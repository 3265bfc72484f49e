using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Tests;

/// <summary>A BAP: receives callbacks on {Uri}/on_* and keeps them in order of arrival.</summary>
public sealed class BapServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly WebApplication _app;
    private readonly Channel<(string Path, string Body)> _received = Channel.CreateUnbounded<(string, string)>();
    private readonly ConcurrentQueue<int> _refusals = new();

    private BapServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.MapPost("/beckn/{action}", (Delegate)ReceiveAsync);
    }

    public string Uri => _app.Urls.First() + "/beckn";

    public int Waiting => _received.Reader.Count;

    public static async Task<BapServer> StartAsync()
    {
        var bap = new BapServer();
        await bap._app.StartAsync();
        return bap;
    }

    /// <summary>The next callback is refused with this status.</summary>
    public void RefuseNext(int status) => _refusals.Enqueue(status);

    public async Task<(string Path, string Body)> NextTextAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        return await _received.Reader.ReadAsync(limit.Token);
    }

    public async Task<JObject> NextAsync() => (JObject)Json.Parse((await NextTextAsync()).Body);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> ReceiveAsync(HttpContext http)
    {
        var text = await Json.ReadTextAsync(http);
        if (_refusals.TryDequeue(out var status))
            return Results.StatusCode(status);
        _received.Writer.TryWrite((http.Request.Path, text));
        return Json.Result(JObject.Parse("""{"message":{"ack":{"status":"ACK"}}}"""));
    }
}
