using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;
using Pylon.Testing;

namespace Pylon.Sandbox.Tests;

/// <summary>The sandbox on a free port with a fake clock, and a BAP that receives its callbacks.</summary>
public sealed class SandboxFixture : IAsyncDisposable
{
    private readonly WebApplication _sandbox;
    private readonly HttpClient _http;

    private SandboxFixture(WebApplication sandbox, BapServer bap, FakeTime time)
    {
        _sandbox = sandbox;
        Bap = bap;
        Time = time;
        _http = new HttpClient { BaseAddress = new Uri(sandbox.Urls.First()) };
    }

    public BapServer Bap { get; }

    public FakeTime Time { get; }

    public static async Task<SandboxFixture> StartAsync(string style = "sync", params string[] settings)
    {
        var time = new FakeTime(new DateTimeOffset(2026, 3, 10, 8, 0, 0, TimeSpan.Zero));
        var app = Program.Build(
            ["--PYLON_HTTP_PORT=0", "--PYLON_URL=", "--SANDBOX_BPP_STYLE=" + style, .. settings], builder => builder.Services.AddSingleton<TimeProvider>(time));
        await app.StartAsync();
        return new SandboxFixture(app, await BapServer.StartAsync(), time);
    }

    public Task<(HttpStatusCode Status, JObject Body)> SendAsync(BecknRequest request) =>
        SendAsync(HttpMethod.Post, "/bpp/" + request.Action, request.ToJson(Bap.Uri).ToString());

    public Task<(HttpStatusCode Status, JObject Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public async Task<(HttpStatusCode Status, JObject Body)> SendAsync(HttpMethod method, string path, string? body, string? geminiKey = null)
    {
        var (status, text) = await SendTextAsync(method, path, body, geminiKey);
        return (status, text.StartsWith('{') ? (JObject)Json.Parse(text) : new JObject { ["text"] = text });
    }

    public async Task<(HttpStatusCode Status, string Body)> SendTextAsync(HttpMethod method, string path, string? body, string? geminiKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (geminiKey is not null)
            request.Headers.Add("x-goog-api-key", geminiKey);
        using var response = await _http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<(HttpStatusCode Status, string? Tag, string Body)> GetTaggedAsync(string path, string? known)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (known is not null)
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
        using var response = await _http.SendAsync(request);
        return (response.StatusCode, response.Headers.ETag?.ToString(), await response.Content.ReadAsStringAsync());
    }

    public async Task FaultAsync(object fault)
    {
        var (status, body) = await SendAsync(HttpMethod.Post, "/admin/bpp/faults", JObject.FromObject(fault).ToString());
        Assert.True(status == HttpStatusCode.Created, body.ToString());
    }

    public async Task<JObject> OrderAsync(string id) =>
        (JObject)Assert.Single((JArray)(await GetAsync("/admin/bpp/orders?id=" + id)).Body["orders"]!);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _sandbox.StopAsync();
        await _sandbox.DisposeAsync();
        await Bap.DisposeAsync();
    }
}
