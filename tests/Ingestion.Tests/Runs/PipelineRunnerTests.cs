using System.Net;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Market;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Runs;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Zones;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Runs;

public sealed class PipelineRunnerTests
{
    private static readonly DateTimeOffset Since = DateTimeOffset.MaxValue;

    [Fact]
    public async Task SourceThatFailsLeavesTheOthersUntouchedAndTheSameAgainChangesNothing()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new RunStore(database.DataSource, new DirectDatabase(database.DataSource));
        var runner = Runner(database, store);

        var (first, firstDone) = (await runner.TryBeginAsync("request", null, [], Since, default))!.Value;
        await firstDone;
        var (second, secondDone) = (await runner.TryBeginAsync("request", null, [], Since, default))!.Value;
        await secondDone;

        var run = (await store.FindAsync(first, default))!;
        var again = (await store.FindAsync(second, default))!;
        Assert.Equal("partial", run.Status);
        Assert.Equal([("carbon-intensity", "partial"), ("elexon", "succeeded")], run.Sources.Select(s => (s.Source, s.Status)));
        Assert.Equal((5L, 4L, 5L), (run.Sources[1].Read, run.Sources[1].New, again.Sources[1].Unchanged));
        Assert.Contains("generation: HTTP 500", run.Sources[0].Error);
        Assert.Equal((0L, 0L), (again.Sources[0].New, again.Sources[0].Changed));
        Assert.NotNull(again.Sources[1].FreshAt);
    }

    [Fact]
    public async Task RunLeftByADeadProcessIsAbandonedAndWhileOneRunsThereIsNoOther()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new RunStore(database.DataSource, new DirectDatabase(database.DataSource));
        await database.Database.ExecuteAsync("INSERT INTO ingestion.pipeline_runs (id, trigger, started_at) VALUES ('11111111-1111-1111-1111-111111111111', 'schedule', now())");
        var held = (await store.TryLockAsync(default))!;

        Assert.Null(await Runner(database, store).TryBeginAsync("schedule", null, [], Since, default));
        await held.DisposeAsync();
        var (_, done) = (await Runner(database, store).TryBeginAsync("schedule", null, [], Since, default))!.Value;
        await done;

        Assert.Equal("abandoned", (await store.FindAsync(Guid.Parse("11111111-1111-1111-1111-111111111111"), default))!.Status);
        Assert.Null(await Runner(database, store).TryBeginAsync("schedule", null, [], TimeProvider.System.GetUtcNow().AddMinutes(-1), default));
    }

    [Fact]
    public async Task CallerThatGivesUpLeavesNoConnectionThatHoldsTheLock()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        await using var own = NpgsqlDataSource.Create(database.DataSource.ConnectionString + ";Maximum Pool Size=2;Timeout=5");
        var store = new RunStore(own, new DirectDatabase(own));
        using var caller = new CancellationTokenSource();
        await using var blocking = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await blocking.BeginTransactionAsync();
        await using (var block = new NpgsqlCommand("LOCK TABLE pipeline_runs", blocking, transaction))
            await block.ExecuteNonQueryAsync();

        var beginning = Runner(database, store).TryBeginAsync("request", null, [], Since, caller.Token);
        await Eventually.True(async () => await database.Database.ScalarAsync<long>("SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())") == 1);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => beginning);
        await transaction.RollbackAsync();

        var held = await new RunStore(database.DataSource, new DirectDatabase(database.DataSource)).TryLockAsync(default);
        Assert.NotNull(held);
        await held.DisposeAsync();
        await using var first = await own.OpenConnectionAsync();
        await using var second = await own.OpenConnectionAsync();
    }

    private static PipelineRunner Runner(IngestionDatabase database, RunStore store)
    {
        var options = new SourcesOptions { RetryPause = TimeSpan.FromMilliseconds(1), RequestPause = TimeSpan.Zero };
        var client = new SourceClient(
            "test", new HttpClient(new TestSource()), new Uri("http://source"), options, TimeProvider.System, SimulatedSources.Metrics, NullLogger<SourceClient>.Instance);
        return new PipelineRunner(
            store, new SeriesStore(database.DataSource, new RegionalStore(database.DataSource), TimeProvider.System), new MarketStore(database.DataSource, new ZoneResolver(new ZoneStore(database.DataSource))),
            [new CarbonIntensitySource(client, options), new ElexonSource(client, options)],
            new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance), TimeProvider.System, NullLogger<PipelineRunner>.Instance);
    }

    /// <summary>One price, one intensity, and a generation that answers 500.</summary>
    private sealed class TestSource : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            var body = path.Contains("market-index")
                ? """{"data":[{"startTime":"2025-10-26T01:00:00Z","dataProvider":"APXMIDP","settlementDate":"2025-10-26","settlementPeriod":5,"price":55.5,"volume":900}]}"""
                : path.Contains("system-prices") ? """{"data":[{"settlementDate":"2025-10-26","settlementPeriod":5,"systemSellPrice":55.5}]}"""
                : path.Contains("outturn") ? """{"data":[{"settlementDate":"2025-10-26","settlementPeriod":5,"initialDemandOutturn":20000}]}"""
                : path.Contains("forecast/demand") ? """{"data":[{"settlementDate":"2025-10-26","settlementPeriod":5,"nationalDemand":20000}]}"""
                : """{"data":[{"from":"2025-10-26T01:00Z","to":"2025-10-26T01:30Z","intensity":{"forecast":100,"actual":null,"index":"low"}}]}""";
            return Task.FromResult(new HttpResponseMessage(path.Contains("generation") ? HttpStatusCode.InternalServerError : HttpStatusCode.OK) { Content = new StringContent(body) });
        }
    }
}
