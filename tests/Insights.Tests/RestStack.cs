using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Transcoding;
using Pylon.Transcoding.Calls;
using Pylon.Transcoding.Json;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Pylon.Insights.Tests;

/// <summary>The REST API of some services of a stack, by the transcoder of the Gateway.</summary>
internal sealed class RestStack : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RestStack(WebApplication app) => (_app, Http) = (app, app.GetTestClient());

    public HttpClient Http { get; }

    public static async Task<RestStack> StartAsync(InsightsStack stack, params ServiceDescriptor[] services)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IUpstreams>(new OneService(stack));
        builder.Services.AddTranscoding(services, new MessageJson(services.Select(service => service.File)));
        var app = builder.Build();
        app.UseTranscoding();
        await app.StartAsync();
        return new RestStack(app);
    }

    /// <summary>Status and body of a POST of JSON.</summary>
    public async Task<(int Status, JsonElement Body)> PostAsync(string path, string json)
    {
        using var answer = await Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private sealed class OneService(InsightsStack stack) : IUpstreams
    {
        public CallInvoker InvokerOf(ServiceDescriptor service) => stack.Channel.CreateCallInvoker();
    }
}
