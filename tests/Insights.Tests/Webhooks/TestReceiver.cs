using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pylon.Insights.Tests.Webhooks;

/// <summary>A real HTTP server that receives webhooks, and answers as a test wants.</summary>
internal sealed class TestReceiver : IAsyncDisposable
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private readonly WebApplication _app;

    private TestReceiver(WebApplication app) => _app = app;

    /// <summary>Each request, before it is answered.</summary>
    public ConcurrentQueue<Received> Requests { get; } = new();

    /// <summary>Answers a request; 204 when it does nothing.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;

    public int Port { get; private set; }

    public string Url => $"http://127.0.0.1:{Port}/hooks/path-is-secret";

    /// <param name="port">Of one that was there before; 0 for any.</param>
    public static async Task<TestReceiver> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var receiver = new TestReceiver(builder.Build());
        receiver._app.Run(receiver.ReceiveAsync);
        await receiver._app.StartAsync();
        receiver.Port = new Uri(receiver._app.Urls.Single()).Port;
        return receiver;
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Requests.Enqueue(new Received(
            context.Request.Path, context.Request.Headers["webhook-id"].ToString(), context.Request.Headers["webhook-timestamp"].ToString(),
            context.Request.Headers["webhook-signature"].ToString(), body.ToArray()));
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        await Answer(context);
    }

    internal sealed record Received(string Path, string Id, string Timestamp, string Signature, byte[] Body)
    {
        public string Text => Encoding.UTF8.GetString(Body);

        /// <summary>As a receiver verifies it, by the words of Standard Webhooks.</summary>
        public bool IsSigned
        {
            get
            {
                var key = Convert.FromBase64String(Secret["whsec_".Length..]);
                byte[] signed = [.. Encoding.UTF8.GetBytes(Id + "." + Timestamp + "."), .. Body];
                return Signature == "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed));
            }
        }
    }
}
