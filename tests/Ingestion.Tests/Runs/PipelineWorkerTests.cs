using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Runs;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Runs;

public sealed class PipelineWorkerTests
{
    [Fact]
    public async Task InstancesTogetherReadTheSourcesOnceAtStartAndOnceAnInterval()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var time = new FakeTime(new DateTimeOffset(2026, 3, 10, 8, 0, 0, TimeSpan.Zero));
        var (store, source) = (new RunStore(database.DataSource, new DirectDatabase(database.DataSource)), new CountedSource());
        async Task<IReadOnlyList<string>> TriggersAsync() => [.. (await store.ListAsync(null, 10, default)).Select(r => $"{r.Trigger} {r.Status}")];
        var workers = Enumerable.Range(0, 2).Select(_ => new PipelineWorker(
            SimulatedSources.Runner(database, store, time, source), store, Microsoft.Extensions.Options.Options.Create(new SourcesOptions()), time, NullLogger<PipelineWorker>.Instance)).ToList();

        foreach (var worker in workers)
            await worker.StartAsync(default);
        await time.TimersWaiting(2);
        await Eventually.Is(TriggersAsync, runs => runs.SequenceEqual(["start succeeded"]));
        for (var tick = 0; tick < 6; tick++)
        {
            await time.TimersWaiting(2);
            time.Advance(TimeSpan.FromMinutes(5));
        }

        await Eventually.Is(TriggersAsync, runs => runs.SequenceEqual(["schedule succeeded", "start succeeded"]));

        Assert.Equal(2, source.Reads);
        foreach (var worker in workers)
            await worker.StopAsync(default);
    }

    private sealed class CountedSource() : GridSource("counted")
    {
        private int _reads;

        public int Reads => _reads;

        public override async IAsyncEnumerable<Reading> ReadAsync(DateTimeOffset now, DateTimeOffset? since, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _reads);
            await Task.Yield();
            yield return new Reading("nothing", new Ingestion.Sources.ParsedBody("nothing"), null);
        }
    }
}
