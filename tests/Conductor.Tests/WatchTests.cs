using System.Reflection;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Access;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Pipelines;
using Pylon.Conductor.V1;
using Pylon.Postgres;
using Pylon.Testing;
using PipelineService = Pylon.Conductor.Pipelines.PipelineService;

namespace Pylon.Conductor.Tests;

/// <summary>What a watch costs while nothing changes.</summary>
public sealed class WatchTests : IAsyncLifetime
{
    private readonly FakeTime _time = new();
    private ConductorService _service = null!;

    public async Task InitializeAsync() => _service = await ConductorService.StartAsync("--BCS_USE_MOCK_REPOSITORY=true");

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AWatchOfWhatNeverChangesReadsOneStoreEveryFewSecondsAndLeavesNothing(bool known)
    {
        if (known)
            await _service.Pipelines.DefinePipelineAsync(new() { BatchId = "b", RequestedPipeline = "nlp" });
        var batches = CountingBatches.Of(_service.Batches);
        var changes = new Changes<string>(_time);
        var watched = ActivatorUtilities.CreateInstance<PipelineService>(_service.Services, (IBatches)batches, changes, _time);
        using var stop = new CancellationTokenSource();
        var sent = new Sent();
        var watches = Enumerable.Range(0, 20).Select(i => watched.WatchBatch(
            new WatchBatchRequest { BatchId = known ? "b" : $"never-{i}" }, sent, CallOf(stop.Token))).ToList();
        await _time.TimersWaiting(20);
        Assert.Equal(known ? 1 : 20, changes.Count);
        Assert.Equal(known ? 20 : 0, sent.Count);

        // The pause doubles with each read. The watches read at different moments of the five seconds, and once in each.
        for (var i = 0; i < 6; i++)
            await PassAsync(TimeSpan.FromSeconds(5));
        for (var i = 0; i < 3; i++)
        {
            var before = batches.Reads;
            await PassAsync(TimeSpan.FromSeconds(5));
            Assert.Equal(before + 20, batches.Reads);
        }

        await stop.CancelAsync();
        await Task.WhenAll(watches.Select(watch => Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch)));
        Assert.Equal(0, changes.Count);
        Assert.Equal(known ? 20 : 0, sent.Count);
    }

    private async Task PassAsync(TimeSpan time)
    {
        _time.Advance(time);
        await _time.TimersWaiting(20);
    }

    private sealed class Sent : IServerStreamWriter<WatchBatchResponse>
    {
        private int _count;

        public int Count => _count;

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(WatchBatchResponse message)
        {
            Interlocked.Increment(ref _count);
            return Task.CompletedTask;
        }

        public Task WriteAsync(WatchBatchResponse message, CancellationToken cancellationToken) => WriteAsync(message);
    }

    private static Context CallOf(CancellationToken cancellationToken)
    {
        var call = new Context(cancellationToken);
        call.SetCaller(Caller.Open);
        return call;
    }

    private sealed class Context(CancellationToken cancellationToken) : ServerCallContext
    {
        protected override string MethodCore => "";

        protected override string HostCore => "";

        protected override string PeerCore => "";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore => [];

        protected override CancellationToken CancellationTokenCore => cancellationToken;

        protected override Metadata ResponseTrailersCore => [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore => new("", []);

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;
    }
}

/// <summary>Batches whose calls are counted.</summary>
public class CountingBatches : DispatchProxy
{
    private object _inner = null!;
    private int _reads;

    /// <summary>The calls so far.</summary>
    public int Reads => _reads;

    internal static CountingBatches Of(object inner)
    {
        var proxy = (CountingBatches)(object)Create<IBatches, CountingBatches>();
        proxy._inner = inner;
        return proxy;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        Interlocked.Increment(ref _reads);
        return targetMethod!.Invoke(_inner, args);
    }
}
