using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Pylon.Events.V1;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Messaging.Tests;

public sealed class OutboxRelayTests : IAsyncLifetime
{
    private OutboxFixture _outbox = null!;
    private Streams _streams = null!;

    public async Task InitializeAsync()
    {
        _outbox = await OutboxFixture.CreateAsync();
        _streams = await Streams.ConnectAsync((await TestRedis.CreateAsync()).ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _streams.DisposeAsync();
        await _outbox.DisposeAsync();
    }

    [Fact]
    public async Task RowsBecomeEventsInTheirOrder()
    {
        await _outbox.InsertAsync(0, 1200);
        await _outbox.Relay(_streams.Stream).DrainAsync(CancellationToken.None);
        var got = await _streams.AllAsync(OutboxFixture.Topic);
        Assert.Equal(Enumerable.Range(0, 1200).Select(i => $"{i}"), got.Select(e => e.Event.Subject));
        Assert.Equal(0, await _outbox.CountAsync("published_at IS NULL"));

        var first = got[0].Event;
        Assert.Equal("pylon.workload.queued.v1", first.Type);
        Assert.Equal("pylon/orchestrator", first.Source);
        Assert.Equal(OutboxFixture.Payload(0), first.WorkloadQueued);
        Assert.Equal(1, await _outbox.CountAsync($"id = '{first.Id}'"));
        Assert.NotNull(first.Time);
    }

    [Fact]
    public async Task AnEventCarriesTheTraceOfItsChangeAndIsPublishedInIt()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Pylon.Messaging",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        string traceParent;
        using (var change = new Activity("change").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            traceParent = change.Id!;
            await _outbox.InsertAsync(0, 1);
        }

        await _outbox.InsertAsync(1, 1);
        await _outbox.Relay(_streams.Stream).DrainAsync(CancellationToken.None);

        var got = await _streams.AllAsync(OutboxFixture.Topic);
        Assert.Equal([traceParent, ""], got.Select(e => e.Event.Traceparent));
        var span = Assert.Single(spans, span => span.ParentId == traceParent);
        Assert.Equal(("publish workloads", ActivityKind.Producer), (span.OperationName, span.Kind));
        Assert.Null(Activity.Current);
    }

    [Fact]
    public async Task ATableThatAServiceMadeItselfIsCompleted()
    {
        await _outbox.ExecuteAsync(
            """
            DROP TABLE outbox_migrations; ALTER TABLE outbox DROP COLUMN traceparent; DROP INDEX outbox_unpublished;
            INSERT INTO outbox (topic, type, subject, payload) VALUES ('workloads', 'pylon.workload.queued.v1', '0', '{"workload_queued": {}}')
            """);

        await OutboxFixture.MigrateAsync(_outbox.Uri);
        await _outbox.InsertAsync(1, 1);
        await _outbox.Relay(_streams.Stream).DrainAsync(CancellationToken.None);

        Assert.Equal(["0", "1"], (await _streams.AllAsync(OutboxFixture.Topic)).Select(e => e.Event.Subject));
    }

    [Fact]
    public async Task ARowThatCommitsBehindPublishedOnesDoesNotWaitForThePoll()
    {
        using var relay = _outbox.Relay(_streams.Stream, new FakeTime());
        await _outbox.InsertAsync(0, 1);
        await relay.DrainAsync(CancellationToken.None);
        await using var connection = await _outbox.Source.OpenConnectionAsync();
        await using var late = await connection.BeginTransactionAsync();
        await Outbox.InsertAsync(connection, OutboxFixture.Topic, "1", OutboxFixture.Payload(1), CancellationToken.None);
        await _outbox.InsertAsync(2, 1);
        await relay.DrainAsync(CancellationToken.None);
        Assert.Equal(["0", "2"], (await _streams.AllAsync(OutboxFixture.Topic)).Select(e => e.Event.Subject));

        await late.CommitAsync();
        await relay.DrainAsync(CancellationToken.None);

        Assert.Equal(["0", "2", "1"], (await _streams.AllAsync(OutboxFixture.Topic)).Select(e => e.Event.Subject));
    }

    [Fact]
    public async Task ARunningRelayHearsOfNewRows()
    {
        using var relay = _outbox.Relay(_streams.Stream);
        await relay.StartAsync(CancellationToken.None);
        for (var i = 0; i < 5; i++)
        {
            await _outbox.InsertAsync(i, 1);
            await Eventually.True(async () => (await _streams.AllAsync(OutboxFixture.Topic)).Count == i + 1);
        }

        await relay.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task TwoRelaysPublishNothingTwice()
    {
        await using var otherStreams = await Streams.ConnectAsync(_streams.Redis.Configuration);
        using var one = _outbox.Relay(_streams.Stream);
        using var two = _outbox.Relay(otherStreams.Stream);
        await Task.WhenAll(one.StartAsync(CancellationToken.None), two.StartAsync(CancellationToken.None));
        for (var i = 0; i < 20; i++)
            await _outbox.InsertAsync(i * 100, 100);
        await _outbox.AllPublishedAsync();
        await Task.WhenAll(one.StopAsync(CancellationToken.None), two.StopAsync(CancellationToken.None));
        var got = await _streams.AllAsync(OutboxFixture.Topic);
        Assert.Equal(Enumerable.Range(0, 2000).Select(i => $"{i}"), got.Select(e => e.Event.Subject));
    }

    [Fact]
    public async Task ACrashBeforeTheCommitDoublesNothing()
    {
        await _outbox.InsertAsync(0, 30);
        await _outbox.Relay(_streams.Stream).DrainAsync(CancellationToken.None);
        // As after a crash: published, but not marked.
        await _outbox.ExecuteAsync("UPDATE outbox SET published_at = NULL");
        await _outbox.InsertAsync(30, 5);
        await _outbox.Relay(_streams.Stream).DrainAsync(CancellationToken.None);
        var got = await _streams.AllAsync(OutboxFixture.Topic);
        Assert.Equal(Enumerable.Range(0, 35).Select(i => $"{i}"), got.Select(e => e.Event.Subject));
    }

    [Theory]
    [InlineData("""{"no_such_event": {"a": 1}}""")]
    [InlineData("""{"workload_queued": "text"}""")]
    [InlineData("{}")]
    [InlineData("[1, 2]")]
    [InlineData("null")]
    public async Task ARowThatIsNoEventGoesToTheDeadLettersAndStopsNobody(string payload)
    {
        await _outbox.InsertAsync(0, 2);
        await _outbox.ExecuteAsync(
            $"INSERT INTO outbox (topic, type, subject, payload) VALUES ('workloads', 'pylon.odd.v1', 'bad', '{payload}')");
        await _outbox.InsertAsync(2, 2);
        await _outbox.Relay(_streams.Stream).DrainAsync(CancellationToken.None);

        Assert.Equal(
            ["0", "1", "2", "3"], (await _streams.AllAsync(OutboxFixture.Topic)).Select(e => e.Event.Subject));
        var dead = Assert.Single(await _streams.AllAsync(Topic.DeadLetters(OutboxFixture.Topic)));
        Assert.Equal("bad", dead.Event.Subject);
        Assert.Equal("pylon.odd.v1", dead.Event.Type);
        Assert.Equal(Event.DataOneofCase.None, dead.Event.DataCase);
        Assert.NotEmpty(dead.DeadLetter!.Reason);
        Assert.Equal(payload, Encoding.UTF8.GetString(dead.DeadLetter.Original.Span));
        Assert.Equal(0, await _outbox.CountAsync("published_at IS NULL"));
    }

    // A newer instance of the service wrote them, in a rolling upgrade.
    [Theory]
    [InlineData("""{"workload_queued": {"workload_id": "1", "of_the_future": {"a": [1, null, {"b": "c"}]}}}""")]
    [InlineData("""{"of_the_future": 1, "workload_queued": {"workload_id": "1"}}""")]
    [InlineData("""{"workload_queued": {"workload_id": "1", "urgency": "URGENCY_OF_THE_FUTURE"}}""")]
    public async Task ARowOfANewerVersionIsPublishedWithoutWhatIsUnknown(string payload)
    {
        await _outbox.ExecuteAsync(
            $"INSERT INTO outbox (topic, type, subject, payload) VALUES ('workloads', 'pylon.workload.queued.v1', 'new', '{payload}')");
        await _outbox.Relay(_streams.Stream).DrainAsync(CancellationToken.None);

        Assert.Equal("1", Assert.Single(await _streams.AllAsync(OutboxFixture.Topic)).Event.WorkloadQueued.WorkloadId);
        Assert.Empty(await _streams.AllAsync(Topic.DeadLetters(OutboxFixture.Topic)));
    }

    [Fact]
    public async Task OldRowsAreDeletedUnderSteadyLoadToo()
    {
        await InsertOldAsync(0, 1200);
        var relay = _outbox.Relay(_streams.Stream);
        for (var i = 0; i < 4; i++)
        {
            await _outbox.InsertAsync(2000 + i, 1);
            await relay.DrainAsync(CancellationToken.None);
        }

        Assert.Equal(4, await _outbox.CountAsync());
    }

    [Fact]
    public async Task OldRowsAreLookedForOnceAMinute()
    {
        var time = new FakeTime();
        var relay = _outbox.Relay(_streams.Stream, time);
        await relay.DrainAsync(CancellationToken.None);
        await InsertOldAsync(0, 10);
        time.Advance(TimeSpan.FromSeconds(59));
        await relay.DrainAsync(CancellationToken.None);
        Assert.Equal(10, await _outbox.CountAsync());

        time.Advance(TimeSpan.FromSeconds(1));
        await relay.DrainAsync(CancellationToken.None);
        Assert.Equal(0, await _outbox.CountAsync());
    }

    [Fact]
    public async Task LookingForOldRowsDoesNotReadTheKeptOnes()
    {
        await _outbox.ExecuteAsync(
            """
            INSERT INTO outbox (topic, type, subject, payload, published_at)
            SELECT 'workloads', 't', n::text, '{}', now() - n * interval '1 second' FROM generate_series(1, 20000) n;
            ANALYZE outbox
            """);

        var plan = await _outbox.ExplainAsync(_outbox.Relay(_streams.Stream).DeleteOld);

        Assert.Contains("outbox_published", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublishingDoesNotReadWhatIsPublished()
    {
        await _outbox.ExecuteAsync(
            """
            INSERT INTO outbox (topic, type, subject, payload, published_at)
            SELECT 'workloads', 't', n::text, '{}', now() - n * interval '1 second' FROM generate_series(1, 20000) n;
            ANALYZE outbox
            """);
        await _outbox.InsertAsync(0, 10);
        await using var planned = new PlannedDatabase(_outbox.Uri, OutboxFixture.Schema);

        await _outbox.Relay(_streams.Stream, source: planned.Source).DrainAsync(CancellationToken.None);

        Assert.Equal(0, await _outbox.CountAsync("published_at IS NULL"));
        var plans = planned.PlansOf("outbox");
        Assert.True(plans.Count >= 2, $"{plans.Count} plans");
        Assert.All(plans, plan => Assert.DoesNotContain("Seq Scan on outbox", plan, StringComparison.Ordinal));
    }

    private Task<int> InsertOldAsync(int from, int count) => _outbox.ExecuteAsync(
        $"""
        INSERT INTO outbox (topic, type, subject, payload, published_at)
        SELECT 'workloads', 't', n::text, '{"{}"}', now() - interval '25 hours' FROM generate_series({from}, {from + count - 1}) n
        """);

    [Fact]
    public async Task OldPublishedRowsAreDeletedAndOthersAreNot()
    {
        await _outbox.InsertAsync(0, 700);
        await _outbox.Relay(_streams.Stream).DrainAsync(CancellationToken.None);
        await _outbox.ExecuteAsync("UPDATE outbox SET published_at = now() - interval '25 hours' WHERE subject::int < 600");
        await _outbox.Relay(_streams.Stream).DrainAsync(CancellationToken.None);
        Assert.Equal(100, await _outbox.CountAsync());
    }

    [Fact]
    public async Task ARolledBackTransactionTellsNothing()
    {
        await using (var connection = await _outbox.Source.OpenConnectionAsync())
        await using (await connection.BeginTransactionAsync())
        {
            await Outbox.InsertAsync(
                connection, OutboxFixture.Topic, "never", OutboxFixture.Payload(1), CancellationToken.None);
        }

        await _outbox.InsertAsync(7, 1);
        await _outbox.Relay(_streams.Stream).DrainAsync(CancellationToken.None);
        Assert.Equal(["7"], (await _streams.AllAsync(OutboxFixture.Topic)).Select(e => e.Event.Subject));
    }
}
