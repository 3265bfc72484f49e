using System.Collections.Concurrent;
using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Conductor.V1;
using Pylon.Events.V1;
using Pylon.Messaging;
using Pylon.Testing;
using Status = Grpc.Core.Status;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>As much of the Conductor as runs ask for, and its topic: it has one pipeline, of two phases.</summary>
internal sealed class FakeConductor : IEventGroup, IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Event> _events = new();
    private int _position;
    private TaskCompletionSource _published = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FakeConductor(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    /// <summary>Answers UNAVAILABLE while true.</summary>
    public bool Down { get; set; }

    /// <summary>Who asked for a pipeline.</summary>
    public ConcurrentQueue<DefinePipelineRequest> Asked { get; } = new();

    /// <summary>The orders that were withdrawn.</summary>
    public ConcurrentQueue<WithdrawWorkRequest> Withdrawn { get; } = new();

    /// <summary>The traceparents of the calls to DefinePipeline.</summary>
    public ConcurrentQueue<string?> Traces { get; } = new();

    /// <summary>What CheckJob adds to the parameters.</summary>
    public IDictionary<string, string> Defaults { get; } = new Dictionary<string, string>();

    /// <summary>What GetBatch answers; NOT_FOUND without it.</summary>
    public Batch? Batch { get; set; }

    public static async Task<FakeConductor> StartAsync()
    {
        FakeConductor fake = null!;
        var app = await GrpcServer.StartAsync(Map, services => services.AddSingleton(_ => fake));
        return fake = new FakeConductor(app);

        static void Map(IEndpointRouteBuilder endpoints)
        {
            endpoints.MapGrpcService<Pipelines>();
            endpoints.MapGrpcService<Work>();
        }
    }

    /// <summary>One of two parts is through a phase, or both are.</summary>
    /// <param name="workloadId">Of the run.</param>
    /// <param name="phase">Of its pipeline.</param>
    /// <param name="completed">Parts.</param>
    /// <param name="work">kWh of these parts, when they began and how many minutes they took; null tells none.</param>
    public void Report(string workloadId, string phase, int completed, (double Kwh, DateTimeOffset Start, int Minutes)? work = null)
    {
        var progressed = new BatchPhaseProgressed
        {
            BatchId = workloadId,
            PhaseName = phase,
            EntityId = "part",
            Succeeded = true,
            Completed = completed,
            Total = 2,
            PhaseComplete = completed == 2,
        };
        if (work is { } told)
        {
            (progressed.EnergyKwh, progressed.EnergyReports) = (told.Kwh, completed);
            progressed.StartedAt = Timestamp.FromDateTimeOffset(told.Start);
            progressed.EndedAt = Timestamp.FromDateTimeOffset(told.Start.AddMinutes(told.Minutes));
        }

        _events.Enqueue(new Event { Id = Guid.NewGuid().ToString(), BatchPhaseProgressed = progressed });
        Interlocked.Exchange(ref _published, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    public IDisposable Watch(string topic) => throw new NotSupportedException("Nobody else appends to the topic of the Conductor.");

    public Task PublishedAsync(string topic) => Volatile.Read(ref _published).Task;

    public Task<IReadOnlyList<GroupEntry>> ReadAsync(string topic, string group, string consumer, int max, CancellationToken cancellationToken)
    {
        var entries = new List<GroupEntry>();
        while (entries.Count < max && _events.TryDequeue(out var report))
            entries.Add(new GroupEntry(topic, (++_position).ToString(CultureInfo.InvariantCulture), EntryFormat.Event, report.ToByteArray(), 1));
        return Task.FromResult<IReadOnlyList<GroupEntry>>(entries);
    }

    public Task<ClaimedEntries> ClaimAsync(
        string topic, string group, string consumer, TimeSpan heldFor, string? from, int max, CancellationToken cancellationToken) =>
        Task.FromResult(new ClaimedEntries([], null));

    public Task TidyAsync(string topic, string group, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task AcknowledgeAsync(string topic, string group, IReadOnlyCollection<string> positions, CancellationToken cancellationToken) => Task.CompletedTask;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private void CheckUp()
    {
        if (Down)
            throw new RpcException(new Status(StatusCode.Unavailable, "down for a test"));
    }

    private sealed class Pipelines(FakeConductor fake) : PipelineService.PipelineServiceBase
    {
        public override Task<ListPipelinesResponse> ListPipelines(ListPipelinesRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            return Task.FromResult(new ListPipelinesResponse { Pipelines = { new Pipeline { Name = "compute_training" } } });
        }

        public override Task<DefinePipelineResponse> DefinePipeline(DefinePipelineRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            fake.Asked.Enqueue(request);
            fake.Traces.Enqueue(context.RequestHeaders.GetValue("traceparent"));
            if (request.RequestedPipeline != "compute_training")
                throw new RpcException(new Status(StatusCode.InvalidArgument, "requested_pipeline: must be one of compute_training"));
            return Task.FromResult(new DefinePipelineResponse { BatchId = request.BatchId, FinalPipeline = { "prepare", "train" } });
        }

        public override Task<GetBatchResponse> GetBatch(GetBatchRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            return Task.FromResult(new GetBatchResponse { Batch = fake.Batch ?? throw new RpcException(new Status(StatusCode.NotFound, "")) });
        }
    }

    private sealed class Work(FakeConductor fake) : WorkService.WorkServiceBase
    {
        public override Task<WithdrawWorkResponse> WithdrawWork(WithdrawWorkRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            fake.Withdrawn.Enqueue(request);
            return Task.FromResult(new WithdrawWorkResponse());
        }

        public override Task<CheckJobResponse> CheckJob(CheckJobRequest request, ServerCallContext context)
        {
            fake.CheckUp();
            if (request.Job == "primes")
                return Task.FromResult(new CheckJobResponse { Parameters = { request.Parameters, fake.Defaults } });
            var wrong = new BadRequest { FieldViolations = { new BadRequest.Types.FieldViolation { Field = "job", Description = "must be one of primes" } } };
            var details = new Google.Rpc.Status { Code = (int)StatusCode.InvalidArgument, Details = { Any.Pack(wrong) } };
            throw new RpcException(new Status(StatusCode.InvalidArgument, "job must be one of primes"), new Metadata { { "grpc-status-details-bin", details.ToByteArray() } });
        }
    }
}
