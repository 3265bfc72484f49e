using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Tests;

/// <summary>A BAP: takes callbacks on {Uri}/on_* and keeps them in the order in which they came.</summary>
public sealed class BapServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly WebApplication app;
    private readonly Channel<(string Path, string Body)> received = Channel.CreateUnbounded<(string, string)>();
    private readonly ConcurrentQueue<int> refusals = new();

    private BapServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        app = builder.Build();
        app.MapPost("/beckn/{action}", (Delegate)Receive);
    }

    public string Uri => app.Urls.First() + "/beckn";

    public int Waiting => received.Reader.Count;

    public static async Task<BapServer> Start()
    {
        var bap = new BapServer();
        await bap.app.StartAsync();
        return bap;
    }

    /// <summary>The next callback is refused with this status.</summary>
    public void RefuseNext(int status) => refusals.Enqueue(status);

    public async Task<(string Path, string Body)> NextText()
    {
        using var limit = new CancellationTokenSource(Patience);
        return await received.Reader.ReadAsync(limit.Token);
    }

    public async Task<JObject> Next() => (JObject)Json.Parse((await NextText()).Body);

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task<IResult> Receive(HttpContext http)
    {
        var text = await Json.ReadText(http);
        if (refusals.TryDequeue(out var status))
            return Results.StatusCode(status);
        received.Writer.TryWrite((http.Request.Path, text));
        return Json.Result(JObject.Parse("""{"message":{"ack":{"status":"ACK"}}}"""));
    }
}
