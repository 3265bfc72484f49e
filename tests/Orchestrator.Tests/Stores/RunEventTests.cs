using System.Diagnostics.Metrics;
using Google.Protobuf;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pylon.Events.V1;
using Pylon.Messaging;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.Workloads;
using Pylon.Testing;
using StackExchange.Redis;

namespace Pylon.Orchestrator.Tests.Stores;

/// <summary>Entries of the Conductor's topic, whatever bytes they have.</summary>
public sealed class RunEventTests : IAsyncLifetime
{
    private OrchestratorDatabase _database = null!;
    private ServiceProvider _services = null!;
    private RunEventWorker _worker = null!;
    private int _position;

    public async Task InitializeAsync()
    {
        _database = await OrchestratorDatabase.CreateAsync();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["PYLON_REDIS"] = (await TestRedis.CreateAsync()).ConnectionString })
            .Build();
        _services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLogging().AddMetrics().AddSingleton<DeadLetterMetrics>().AddEventStream(configuration).BuildServiceProvider();
        _worker = new RunEventWorker(
            _services.GetRequiredService<GroupConsumer>(),
            _services.GetRequiredService<IEventStream>(),
            _database.Runs,
            Options.Create(new RunOptions()),
            _services.GetRequiredService<DeadLetterMetrics>(),
            TimeProvider.System,
            NullLogger<RunEventWorker>.Instance);
    }

    public async Task DisposeAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task EachMalformedEntryIsOneDeadLetterAndTheOthersAreStored()
    {
        var (first, last, unreadable) = (await ScheduledAsync(), await ScheduledAsync(), await ScheduledAsync());
        await _database.ExecuteAsync("UPDATE workload_runs SET progress = '{\"phases\": 5}' WHERE workload_id = $1", unreadable);
        GroupEntry[] bad =
        [
            Entry(EntryFormat.Unknown, []),
            Entry(EntryFormat.Envelope, "{\"event_id\":5}"u8.ToArray()),
            Entry(EntryFormat.Event, [0xff, 0xff]),
            Entry(EntryFormat.Event, []),
            Report(first, e => e.Time = new() { Nanos = -1 }),
            Report(first, e => e.Time = new() { Seconds = long.MaxValue }),
            Report(first, e => e.BatchPhaseProgressed.PhaseName = ""),
            Report(first, e => e.BatchPhaseProgressed.PhaseName = "a\0b"),
            Report(first, e => e.BatchPhaseProgressed.PhaseName = new string('x', 201)),
            Report(first, e => e.BatchPhaseProgressed.Completed = -1),
            Report(first, e => e.BatchPhaseProgressed.Failed = long.MaxValue),
            Report(first, e => e.BatchPhaseProgressed.EnergyKwh = double.NaN),
            Report(first, e => e.BatchPhaseProgressed.EnergyKwh = -1),
            Report(first, e => e.BatchPhaseProgressed.EnergyReports = -1),
            Report(first, e => e.BatchPhaseProgressed.StartedAt = new() { Nanos = -1 }),
            Report(first, e => e.BatchPhaseProgressed.EndedAt = new() { Seconds = -1 }),
        ];
        GroupEntry[] entries = [Report(first), .. bad, Report(unreadable), Entry(EntryFormat.Event, new Event { BatchPipelineDefined = new() }.ToByteArray()), Report(last)];
        var counted = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == _services.GetRequiredService<IMeterFactory>())
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            counted += instrument.Name == "pylon_orchestrator_dead_letters" && Equals(tags[0].Value, "batches") ? value : 0);
        listener.Start();
        Assert.Equal(entries.Select(e => e.Position), await _worker.TakeAsync(entries, default));
        Assert.Equal(bad.Length, counted);
        for (var time = 0; time < 2; time++)
            Assert.Equal(entries.Select(e => e.Position), await _worker.TakeAsync(entries, default));

        foreach (var id in (Guid[])[first, last])
            Assert.Equal(1, Assert.Single((await _database.Runs.FindAsync([id], default))[id].Phases).Completed);
        var letters = await _services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().StreamRangeAsync("pylon:events:batches.DLQ");
        Assert.Equal(bad.Select(e => e.Body.ToArray()), letters.Select(l => (byte[])l["original"]!));
        Assert.All(letters, l => Assert.NotEmpty(l["reason"].ToString()));
    }

    /// <summary>Every input is taken: nothing stops the topic.</summary>
    [Fact]
    public async Task RandomEntriesNeverStopTheTopic()
    {
        var random = new Random(9);
        var id = await ScheduledAsync();
        for (var round = 0; round < 20; round++)
        {
            var entries = Enumerable.Range(0, 1000).Select(_ =>
            {
                var body = Report(random.Next(2) == 0 ? id : Guid.NewGuid(), e =>
                {
                    e.Time = new() { Seconds = random.NextInt64(), Nanos = random.Next(3) == 0 ? -1 : 0 };
                    e.BatchPhaseProgressed.Completed = random.Next(3) == 0 ? random.NextInt64() : 1;
                }).Body.ToArray();
                for (var flips = random.Next(4); flips > 0; flips--)
                    body[random.Next(body.Length)] = (byte)random.Next(256);
                return Entry((EntryFormat)random.Next(3), body);
            }).ToList();
            Assert.Equal(entries.Count, (await _worker.TakeAsync(entries, default)).Count);
        }

        await _worker.TakeAsync([Report(id, e => e.BatchPhaseProgressed.PhaseName = "the last")], default);
        Assert.Contains((await _database.Runs.FindAsync([id], default))[id].Phases, p => p.Phase == "the last");
    }

    private GroupEntry Report(Guid workload, Action<Event>? change = null)
    {
        var report = new Event
        {
            Id = Guid.NewGuid().ToString(),
            BatchPhaseProgressed = new() { BatchId = workload.ToString(), PhaseName = "prepare", EntityId = "part", Succeeded = true, Completed = 1, Total = 2 },
        };
        change?.Invoke(report);
        return Entry(EntryFormat.Event, report.ToByteArray());
    }

    private GroupEntry Entry(EntryFormat format, byte[] body) => new("batches", $"{++_position}-1", format, body, 1);

    private async Task<Guid> ScheduledAsync()
    {
        var offered = await _database.OfferedAsync();
        await _database.ChooseAsync(offered.Id, 1, settled: true);
        return offered.Id;
    }
}
