using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Newtonsoft.Json.Linq;
using Pylon.Testing;

namespace Pylon.Sandbox.Tests;

/// <summary>The sandbox on a free port with a clock of the test, and a BAP that takes its callbacks.</summary>
public sealed class SandboxFixture : IAsyncDisposable
{
    private readonly WebApplication sandbox;
    private readonly HttpClient http;

    private SandboxFixture(WebApplication sandbox, BapServer bap, FakeTime time)
    {
        this.sandbox = sandbox;
        Bap = bap;
        Time = time;
        http = new HttpClient { BaseAddress = new Uri(sandbox.Urls.First()) };
    }

    public BapServer Bap { get; }

    public FakeTime Time { get; }

    public static async Task<SandboxFixture> Start(string style = "sync", params string[] settings)
    {
        var time = new FakeTime(new DateTimeOffset(2026, 3, 10, 8, 0, 0, TimeSpan.Zero));
        var app = SandboxHost.Build(
            ["--PYLON_HTTP_PORT=0", "--PYLON_URL=", "--SANDBOX_BPP_STYLE=" + style, .. settings], services => services.AddSingleton<TimeProvider>(time));
        await app.StartAsync();
        return new SandboxFixture(app, await BapServer.Start(), time);
    }

    public Task<(HttpStatusCode Status, JObject Body)> Send(BecknRequest request) =>
        Send(HttpMethod.Post, "/bpp/" + request.Action, request.ToJson(Bap.Uri).ToString());

    public Task<(HttpStatusCode Status, JObject Body)> Get(string path) => Send(HttpMethod.Get, path, null);

    public async Task<(HttpStatusCode Status, JObject Body)> Send(HttpMethod method, string path, string? body, string? geminiKey = null)
    {
        var (status, text) = await SendText(method, path, body, geminiKey);
        return (status, text.StartsWith('{') ? (JObject)Json.Parse(text) : new JObject { ["text"] = text });
    }

    public async Task<(HttpStatusCode Status, string Body)> SendText(HttpMethod method, string path, string? body, string? geminiKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (geminiKey is not null)
            request.Headers.Add("x-goog-api-key", geminiKey);
        using var response = await http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<(HttpStatusCode Status, string? Tag, string Body)> GetTagged(string path, string? known)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (known is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
        using var response = await http.SendAsync(request);
        return (response.StatusCode, response.Headers.ETag?.ToString(), await response.Content.ReadAsStringAsync());
    }

    public async Task Fault(object fault)
    {
        var (status, body) = await Send(HttpMethod.Post, "/admin/bpp/faults", JObject.FromObject(fault).ToString());
        Assert.True(status == HttpStatusCode.Created, body.ToString());
    }

    public async Task<JObject> Order(string id) =>
        (JObject)Assert.Single((JArray)(await Get("/admin/bpp/orders?id=" + id)).Body["orders"]!);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await sandbox.StopAsync();
        await sandbox.DisposeAsync();
        await Bap.DisposeAsync();
    }
}
