using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Gateway.V1;
using Pylon.Insights.V1;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Client.Tests;

/// <summary>A gateway in this process that does what the test says, on a real port.</summary>
internal sealed class FakePylon : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakePylon(WebApplication app, Script script) => (_app, Script) = (app, script);

    public string Address => _app.Urls.Single();

    public Script Script { get; }

    public static async Task<FakePylon> StartAsync(Action<Script>? script = null)
    {
        var played = new Script();
        script?.Invoke(played);
        return new FakePylon(await GrpcServer.StartAsync(Map, services => services.AddSingleton(played)), played);

        static void Map(IEndpointRouteBuilder endpoints)
        {
            endpoints.MapGrpcService<FakeWorkloads>();
            endpoints.MapGrpcService<FakeRecommendations>();
            endpoints.MapGrpcService<FakeBroadcast>();
        }
    }

    /// <summary>Ends as a gateway does: takes no more connections and serves what has begun.</summary>
    public Task EndAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }
}

/// <summary>What the fake services do with each call.</summary>
internal sealed class Script
{
    public Func<SubmitWorkloadRequest, ServerCallContext, Task<SubmitWorkloadResponse>> Submit { get; set; } = (_, _) => Task.FromResult(new SubmitWorkloadResponse());

    public Func<IServerStreamWriter<WatchWorkloadResponse>, Task> Watch { get; set; } = _ => Task.CompletedTask;

    public Func<Task<ApproveRecommendationResponse>> Approve { get; set; } = () => Task.FromResult(new ApproveRecommendationResponse());

    /// <summary>Sends headers with a position first.</summary>
    public Func<SubscribeRequest, IServerStreamWriter<SubscribeResponse>, ServerCallContext, Task> Subscribe { get; set; } = (_, _, _) => Task.CompletedTask;

    /// <summary>The positions after which subscribers came.</summary>
    public ConcurrentQueue<string> Afters { get; } = [];
}

internal sealed class FakeWorkloads(Script script) : WorkloadService.WorkloadServiceBase
{
    public override Task<SubmitWorkloadResponse> SubmitWorkload(SubmitWorkloadRequest request, ServerCallContext context) => script.Submit(request, context);

    public override Task WatchWorkload(WatchWorkloadRequest request, IServerStreamWriter<WatchWorkloadResponse> responseStream, ServerCallContext context) =>
        script.Watch(responseStream);
}

internal sealed class FakeRecommendations(Script script) : RecommendationService.RecommendationServiceBase
{
    public override Task<ApproveRecommendationResponse> ApproveRecommendation(ApproveRecommendationRequest request, ServerCallContext context) => script.Approve();
}

internal sealed class FakeBroadcast(Script script) : BroadcastService.BroadcastServiceBase
{
    public override async Task Subscribe(SubscribeRequest request, IServerStreamWriter<SubscribeResponse> responseStream, ServerCallContext context)
    {
        script.Afters.Enqueue(request.After);
        await script.Subscribe(request, responseStream, context);
    }
}
