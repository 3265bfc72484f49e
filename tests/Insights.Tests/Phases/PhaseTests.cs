using System.Collections.Concurrent;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Common.V1;
using Pylon.Events.V1;
using Pylon.Insights.V1;
using Pylon.Messaging;
using Pylon.Orchestrator.V1;
using Pylon.Testing;
using StackExchange.Redis;
using Recommendation = Pylon.Common.V1.Recommendation;

namespace Pylon.Insights.Tests.Phases;

/// <summary>Events of the Conductor's topic, whatever bytes they have, beside an Orchestrator that knows some workloads.</summary>
public sealed class PhaseTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Nine = new(2026, 3, 4, 9, 0, 0, TimeSpan.Zero);

    private readonly FakeOrchestrator _orchestrator = new();
    private WebApplication _server = null!;
    private InsightsStack _stack = null!;

    public async Task InitializeAsync()
    {
        _server = await GrpcServer.StartAsync(map => map.MapGrpcService<FakeOrchestrator>(), services => services.AddSingleton(_orchestrator));
        _stack = await InsightsStack.StartAsync(
            null, $"--PYLON_ORCHESTRATOR={_server.Urls.Single()}", "--Phases:Settle=00:00:00", "--Phases:PollInterval=00:00:00.1", "--Phases:RetryDelay=00:00:00.05");
    }

    public async Task DisposeAsync()
    {
        await _stack.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task What_workers_report_is_recorded_for_the_place_where_the_batch_runs()
    {
        var batch = Workload(kwh: 10, phases: 2);

        await PublishAsync(Progressed(batch, kwh: 3, reports: 1, start: Nine, end: Nine.AddHours(1)));
        await EventuallyRecordedAsync(1);
        await PublishAsync(Progressed(batch, kwh: 5, reports: 2, start: Nine, end: Nine.AddHours(2), isComplete: true));

        var events = (await EventuallyRecordedAsync(2)).OrderBy(e => e.Timestamp.Seconds).ToList();
        Assert.Equal([3.0, 2.0], events.Select(e => e.EnergyKwh));
        Assert.Equal([Nine.ToTimestamp(), Nine.AddHours(1).ToTimestamp()], events.Select(e => e.Timestamp));
        Assert.All(events, e => Assert.Equal(
            ("compute", "data_centre", "UK-EAST-1", 13, "reported", batch, batch), (e.EventType, e.EntityType, e.Entity, e.RegionId, e.Source, e.BatchId, e.WorkloadId)));
    }

    [Fact]
    public async Task Reports_that_come_late_or_twice_change_nothing()
    {
        var batch = Workload(kwh: 10, phases: 2);
        var (first, second) = (Progressed(batch, kwh: 3, reports: 1), Progressed(batch, kwh: 5, reports: 2, isComplete: true));

        await PublishAsync(second, first);
        await EventuallyRecordedAsync(1);
        await PublishRawAsync(first.ToByteArray());
        await PublishRawAsync(second.ToByteArray());
        await PublishAsync(Progressed(batch, phase: "other", kwh: 1, reports: 1));

        var events = await EventuallyRecordedAsync(2);
        Assert.Equal([1.0, 5.0], events.Select(e => e.EnergyKwh).Order());
    }

    [Fact]
    public async Task A_phase_that_told_no_energy_has_its_share_of_the_estimate_and_says_so()
    {
        var batch = Workload(kwh: 12, phases: 3);

        await PublishAsync(Progressed(batch, isComplete: true, completed: 4, total: 4));

        var recorded = Assert.Single(await EventuallyRecordedAsync(1));
        Assert.Equal((4.0, "estimated"), (recorded.EnergyKwh, recorded.Source));
        Assert.Equal(1, await ScalarAsync("SELECT sum(estimated_events)::bigint FROM insights.hourly_rollups"));
    }

    [Fact]
    public async Task A_malformed_entry_is_one_dead_letter_and_the_others_are_recorded()
    {
        var batch = Workload(kwh: 10, phases: 2);
        byte[][] bad =
        [
            [0xff, 0xff], [], Progressed(batch, change: e => e.BatchPhaseProgressed.BatchId = "").ToByteArray(), Progressed(batch, change: e => e.BatchPhaseProgressed.PhaseName = "a\0b").ToByteArray(),
            Progressed(batch, kwh: double.NaN).ToByteArray(), Progressed(batch, kwh: -1).ToByteArray(), Progressed(batch, change: e => e.BatchPhaseProgressed.Completed = -1).ToByteArray(),
            Progressed(batch, change: e => e.Time = new Timestamp { Seconds = long.MaxValue }).ToByteArray(), Progressed(batch, start: Nine.AddHours(1), end: Nine).ToByteArray(),
        ];
        foreach (var bytes in bad)
            await PublishRawAsync(bytes);
        await PublishAsync(Progressed(batch, kwh: 3, reports: 1));

        Assert.Equal(3, Assert.Single(await EventuallyRecordedAsync(1)).EnergyKwh);
        Assert.Equal(bad.Length, await Redis.StreamLengthAsync("pylon:events:batches.DLQ"));
    }

    [Fact]
    public async Task A_batch_without_a_place_goes_to_quarantine_and_stops_no_other()
    {
        var (unknown, known) = (Guid.NewGuid().ToString(), Workload(kwh: 10, phases: 2));

        await PublishAsync(Progressed("night-run", kwh: 1, reports: 1), Progressed(unknown, kwh: 1, reports: 1), Progressed(known, kwh: 3, reports: 1));

        Assert.Equal(3, Assert.Single(await EventuallyRecordedAsync(1)).EnergyKwh);
        var quarantined = await Eventually.Is(
            async () => (await new EventService.EventServiceClient(_stack.Channel).ListQuarantineAsync(new ListQuarantineRequest { Source = "phases" })).Events, rows => rows.Count == 2);
        Assert.All(quarantined, row => Assert.Equal(("BATCH_WITHOUT_PLACE", "the batch belongs to no workload, so nothing says where it runs"), (row.Reason, row.Details.Single())));
    }

    [Fact]
    public async Task An_Orchestrator_that_does_not_answer_is_asked_again()
    {
        var batch = Workload(kwh: 10, phases: 2);
        _orchestrator.Failures = 3;

        await PublishAsync(Progressed(batch, kwh: 3, reports: 1));

        Assert.Single(await EventuallyRecordedAsync(1));
        Assert.Equal(0, _orchestrator.Failures);
    }

    [Theory]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.Unavailable)]
    public async Task A_worker_whose_lease_is_over_changes_nothing_of_what_another_has_recorded(StatusCode answer)
    {
        var (late, next) = (Guid.NewGuid().ToString(), Workload(kwh: 10, phases: 2));
        _orchestrator.Before = async batch =>
        {
            if (batch != late)
                return;
            // The first worker still waits for its answer. Another worker records the phase, and a new event of the Conductor tells more of it.
            await _stack.Database.Database.ExecuteAsync($"UPDATE insights.batch_phases SET version = version + 1, due_at = now() + interval '1 day' WHERE batch_id = '{late}'");
            await PublishAsync(Progressed(next, kwh: 3, reports: 1));
            throw new RpcException(new Status(answer, "no place"));
        };

        await PublishAsync(Progressed(late, kwh: 1, reports: 1));
        await EventuallyRecordedAsync(1);

        Assert.Equal(
            (1L, 0L),
            (await ScalarAsync($"SELECT count(*) FROM insights.batch_phases WHERE batch_id = '{late}' AND refused IS NULL AND attempts = 0 AND due_at > now() + interval '1 hour'"),
                await ScalarAsync("SELECT count(*) FROM insights.event_quarantine")));
    }

    [Fact]
    public async Task A_name_has_as_many_characters_as_the_Conductor_takes()
    {
        var batch = Workload(kwh: 10, phases: 2);

        await PublishAsync(Progressed(batch, phase: string.Concat(Enumerable.Repeat("😀", 200)), kwh: 3, reports: 1));

        Assert.Equal(3, Assert.Single(await EventuallyRecordedAsync(1)).EnergyKwh);
    }

    [Fact]
    public async Task The_place_of_a_batch_is_asked_once()
    {
        var batch = Workload(kwh: 10, phases: 2);
        for (var n = 1; n <= 3; n++)
        {
            await PublishAsync(Progressed(batch, kwh: n, reports: n));
            await EventuallyRecordedAsync(n);
        }

        Assert.Equal(1, _orchestrator.Asked);
    }

    private IDatabase Redis => _stack.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase();

    private string Workload(double kwh, int phases)
    {
        var workload = new Workload { Id = Guid.NewGuid().ToString(), ChosenOption = 2, Run = new Run() };
        workload.Recommendations.Add(new Recommendation { Rank = 1, GridZoneCode = "UK-WEST-9" });
        workload.Recommendations.Add(new Recommendation { Rank = 2, GridZoneCode = "UK-EAST-1", RegionId = 13, EnergyKwh = kwh });
        for (var n = 0; n < phases; n++)
            workload.Run.Phases.Add(new PhaseRun { Phase = $"p{n}" });
        workload.Run.Phases.Add(new PhaseRun { Phase = "left out", State = PhaseRunState.Skipped });
        _orchestrator.Workloads[workload.Id] = workload;
        return workload.Id;
    }

    private static Event Progressed(
        string batch, double? kwh = null, long reports = 0, DateTimeOffset? start = null, DateTimeOffset? end = null, bool isComplete = false, long completed = 1, long total = 4,
        string phase = "train", Action<Event>? change = null)
    {
        var told = new BatchPhaseProgressed
        {
            BatchId = batch,
            PhaseName = phase,
            Succeeded = true,
            Completed = completed,
            Total = total,
            PhaseComplete = isComplete,
            EnergyReports = reports,
            StartedAt = start?.ToTimestamp(),
            EndedAt = end?.ToTimestamp(),
        };
        if (kwh is { } energy)
            told.EnergyKwh = energy;
        var made = new Event
        {
            Id = Guid.NewGuid().ToString(),
            Source = "pylon/conductor",
            Type = "pylon.batch.phase_progressed.v1",
            Subject = batch,
            Time = Nine.AddHours(3).ToTimestamp(),
            BatchPhaseProgressed = told,
        };
        change?.Invoke(made);
        return made;
    }

    private Task PublishAsync(params Event[] events) => _stack.Services.GetRequiredService<IEventStream>().PublishAsync("batches", events, CancellationToken.None);

    private Task PublishRawAsync(byte[] bytes) => Redis.StreamAddAsync("pylon:events:batches", "event", bytes);

    private Task<IReadOnlyList<EmissionEvent>> EventuallyRecordedAsync(int count) => Eventually.Is<IReadOnlyList<EmissionEvent>>(
        async () => (await new EventService.EventServiceClient(_stack.Channel).ListEventsAsync(new ListEventsRequest { EventType = "compute" })).Events, events => events.Count == count);

    private async Task<long> ScalarAsync(string sql) => await _stack.Database.Database.ScalarAsync<long>(sql);

    private sealed class FakeOrchestrator : WorkloadService.WorkloadServiceBase
    {
        private int _asked;

        public ConcurrentDictionary<string, Workload> Workloads { get; } = new();

        /// <summary>Calls that are to fail.</summary>
        public int Failures { get; set; }

        public int Asked => _asked;

        /// <summary>Runs before a call is answered, with the batch that it asks for.</summary>
        public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

        public override async Task<GetWorkloadResponse> GetWorkload(GetWorkloadRequest request, ServerCallContext context)
        {
            Interlocked.Increment(ref _asked);
            await Before(request.Id);
            if (Failures > 0)
            {
                Failures--;
                throw new RpcException(new Status(StatusCode.Unavailable, "away"));
            }

            return Workloads.TryGetValue(request.Id, out var workload)
                ? new GetWorkloadResponse { Workload = workload }
                : throw new RpcException(new Status(StatusCode.NotFound, "no such workload"));
        }
    }
}
