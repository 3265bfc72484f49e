using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Pylon.Access;
using Pylon.Transcoding.Calls;

namespace Pylon.Web.Tests;

/// <summary>The pages in front of fake services, at 2026-11-26 10:10 UTC.</summary>
internal sealed class TestWeb : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestWeb(WebApplication app, FakeServices services)
    {
        (_app, Services) = (app, services);
        Http = app.GetTestClient();
    }

    public static DateTimeOffset Now { get; } = new(2026, 11, 26, 10, 10, 0, TimeSpan.Zero);

    public FakeServices Services { get; }

    public HttpClient Http { get; }

    /// <param name="services">Without them every one is away.</param>
    /// <param name="caller">Who loads the pages; null for nobody, because access is open.</param>
    public static async Task<TestWeb> StartAsync(FakeServices? services = null, Caller? caller = null)
    {
        services ??= new FakeServices();
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton<TimeProvider>(new FakeTimeProvider(Now));
        builder.Services.AddSingleton<IUpstreams>(services);
        builder.Services.AddWeb();
        builder.Services.AddSingleton(new InternalTokens(caller is null ? null : new string('k', InternalTokens.ShortestKey), "web", TimeProvider.System));
        var app = builder.Build();
        app.Use((context, next) =>
        {
            context.Features.Set(caller ?? Caller.Open);
            return next(context);
        });
        app.MapGet("/", WebFeature.ServeFirstPageAsync);
        app.MapWeb();
        await app.StartAsync();
        return new TestWeb(app, services);
    }

    /// <summary>The page as text, with entities as characters and runs of white space as one space.</summary>
    public async Task<string> PageAsync(string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var answer = await Http.GetAsync(path);
        Assert.Equal(status, answer.StatusCode);
        return await TextAsync(answer);
    }

    public Task<HttpResponseMessage> PostAsync(string path, params (string Name, string Value)[] fields) =>
        Http.PostAsync(path, new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))));

    public static async Task<string> TextAsync(HttpResponseMessage answer) =>
        string.Join(' ', WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
