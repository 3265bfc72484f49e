using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Relay;
using Pylon.Conductor.State;
using Pylon.Events.V1;
using Pylon.Messaging;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>The whole service in this process.</summary>
internal sealed class ConductorService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private ConductorService(WebApplication app)
    {
        _app = app;
        Http = app.GetTestClient();
        _channel = GrpcChannel.ForAddress("http://conductor", new GrpcChannelOptions { HttpHandler = app.GetTestServer().CreateHandler() });
        Invoker = _channel.CreateCallInvoker();
        Pipelines = new V1.PipelineService.PipelineServiceClient(_channel);
        DeadLetters = new V1.DeadLetterService.DeadLetterServiceClient(_channel);
        Work = new V1.WorkService.WorkServiceClient(_channel);
    }

    public HttpClient Http { get; }

    public CallInvoker Invoker { get; }

    public V1.PipelineService.PipelineServiceClient Pipelines { get; }

    public V1.DeadLetterService.DeadLetterServiceClient DeadLetters { get; }

    public V1.WorkService.WorkServiceClient Work { get; }

    public IServiceProvider Services => _app.Services;

    public IBatches Batches => Services.GetRequiredService<IBatches>();

    public static async Task<ConductorService> StartAsync(params string[] args)
    {
        var app = Program.Build(args, builder =>
        {
            builder.WebHost.UseTestServer();
            CallerByHeader.Add(builder.Services);
        });
        await app.StartAsync();
        return new ConductorService(app);
    }

    public static Task<ConductorService> StartOnAsync(string postgres, string redis, params string[] args) =>
        StartAsync([$"--PYLON_POSTGRES={postgres}", $"--PYLON_REDIS={redis}", .. args]);

    /// <summary>All events of the Conductor's topic, after everything in the outbox is published.</summary>
    public async Task<IReadOnlyList<Event>> EventsAsync()
    {
        await Services.GetRequiredService<OutboxRelay>().DrainAsync([.. Enumerable.Range(0, BatchKeys.Shards)], CancellationToken.None);
        var stream = Services.GetRequiredService<IEventStream>();
        var read = await stream.ReadAsync(new Dictionary<string, string> { [BatchEvents.Topic] = stream.Start }, 1_000_000, CancellationToken.None);
        return [.. read.Select(r => r.Event)];
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
