using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Client;
using Pylon.Conductor.V1;
using Pylon.Testing;

namespace Pylon.Worker.Tests;

/// <summary>A worker that is stopped ends in order, whichever of its calls is on its way.</summary>
public sealed class StopTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("pylon-stop-").FullName;
    private readonly HangingConductor _conductor = new();
    private WebApplication _app = null!;

    public async Task InitializeAsync()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory, "jobs.json"), """{"jobs": [{"name": "sleep", "command": ["sleep", "60"]}]}""");
        _app = await GrpcServer.StartAsync(map => map.MapGrpcService<HangingConductor>(), services => services.AddSingleton(_conductor));
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("join", false)]
    [InlineData("claim", false)]
    [InlineData("renew", true)]
    public async Task AStopWhileACallHangsIsNoFailure(string call, bool handsBack)
    {
        _conductor.Hangs = call;
        using var client = new PylonClient(_app.Urls.Single());
        using var stop = new CancellationTokenSource();
        var settings = new WorkerSettings("one", ["UK-SCOT-1"], Path.Combine(_directory, "jobs.json"), _directory, Slots: 1, Grace: TimeSpan.Zero, Watts: 10, Pue: 1);
        var running = new WorkerLoop(client, settings, TimeProvider.System, _ => { }).RunAsync(stop.Token);
        await _conductor.Hung.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await stop.CancelAsync();
        await running.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(handsBack, _conductor.IsHandedBack);
    }

    /// <summary>Gives one part and never answers calls of one kind.</summary>
    private sealed class HangingConductor : WorkService.WorkServiceBase
    {
        private int _claims;

        public string Hangs { get; set; } = "";

        public TaskCompletionSource Hung { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsHandedBack { get; private set; }

        public override async Task<JoinWorkResponse> JoinWork(JoinWorkRequest request, ServerCallContext context)
        {
            await HangAsync("join", context);
            return new JoinWorkResponse();
        }

        public override async Task<ClaimWorkResponse> ClaimWork(ClaimWorkRequest request, ServerCallContext context)
        {
            await HangAsync("claim", context);
            if (Interlocked.Increment(ref _claims) > 1)
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new ClaimWorkResponse
            {
                Claims = { new Claim { Token = 1, BatchId = "batch", Phase = "compute", Part = "part-1", Parts = 1, Attempt = 1, Job = "sleep", Lease = Duration.FromTimeSpan(TimeSpan.FromMinutes(10)) } },
            };
        }

        public override async Task<RenewWorkResponse> RenewWork(RenewWorkRequest request, ServerCallContext context)
        {
            await HangAsync("renew", context);
            return new RenewWorkResponse { Renewed = { request.Renewals.Select(one => new Renewed { Token = one.Token, Lease = Duration.FromTimeSpan(TimeSpan.FromMinutes(10)) }) } };
        }

        public override Task<FailWorkResponse> FailWork(FailWorkRequest request, ServerCallContext context)
        {
            IsHandedBack |= request.HandBack;
            return Task.FromResult(new FailWorkResponse());
        }

        private async Task HangAsync(string call, ServerCallContext context)
        {
            if (call != Hangs)
                return;
            Hung.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
    }
}
