using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Common.V1;
using Pylon.Conductor.V1;
using Pylon.Events.V1;
using Pylon.Messaging;
using Pylon.Testing;
using StackExchange.Redis;

namespace Pylon.Conductor.Tests;

/// <summary>Completions that arrive as events.</summary>
[Collection(MetricsGroup.Name)]
public sealed class IntakeTests : IAsyncLifetime
{
    private const string Spellcheck = "huleedu.batch.spellcheck.phase.completed.v1";
    private ConductorDatabase _database = null!;
    private TestRedis _redis = null!;
    private ConnectionMultiplexer _connection = null!;

    public async Task InitializeAsync()
    {
        _database = await ConductorDatabase.CreateAsync();
        _redis = await TestRedis.CreateAsync();
        _connection = await ConnectionMultiplexer.ConnectAsync(RedisConnection.Options(_redis.ConnectionString));
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task HuleEduEventsAndOurEventsAreProcessed()
    {
        await using var service = await StartAsync();
        await AddAsync(Spellcheck, "envelope", Envelope("e1", "SUCCESS"));
        await AddAsync(Spellcheck, "envelope", Envelope("e2", "failed"));
        await AddAsync("huleedu.cj_assessment.completed.v1", "envelope", Envelope("b", "COMPLETED_SUCCESSFULLY"));
        var own = new Event { Id = Guid.NewGuid().ToString(), PhaseReported = new PhaseReported { BatchId = "b", PhaseName = "prepare", EntityId = "e1", Succeeded = true } };
        await AddAsync("phases", "event", own.ToByteArray());
        var batch = await Eventually.Is(
            async () => (await service.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch, b => b.Phases.Count == 3 && b.Phases[0].Failed == 1);
        Assert.Equal(["spellcheck", "cj_assessment", "prepare"], batch.Phases.Select(p => p.Phase));
        Assert.Equal(PhaseState.Complete, batch.Phases[1].State);
    }

    [Fact]
    public async Task EntriesOfADeadConsumerAreProcessedOnceByAnother()
    {
        // A consumer that reads and dies; KilledConsumerTests has real ones.
        var database = _connection.GetDatabase();
        for (var i = 0; i < 50; i++)
            await AddAsync(Spellcheck, "envelope", Envelope($"e{i}", "SUCCESS"));
        await database.StreamCreateConsumerGroupAsync($"pylon:events:{Spellcheck}", "conductor", "0-0");
        Assert.Equal(50, (await database.StreamReadGroupAsync($"pylon:events:{Spellcheck}", "conductor", "dead", ">", 100)).Length);

        await using var service = await StartAsync();
        await Eventually.True(async () => (await database.StreamPendingAsync($"pylon:events:{Spellcheck}", "conductor")).PendingMessageCount == 0);
        var batch = (await service.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch;
        Assert.Equal((50, 50), (batch.Phases[0].Completed, batch.Phases[0].Total));
        Assert.Equal(50, (await service.EventsAsync()).Count);
    }

    [Fact]
    public async Task AnEventThatIsDeliveredTwiceCountsOnce()
    {
        await using var service = await StartAsync();
        var envelope = Envelope("e1", "SUCCESS");
        await AddAsync(Spellcheck, "envelope", envelope);
        await AddAsync(Spellcheck, "envelope", envelope);
        await AddAsync(Spellcheck, "envelope", Envelope("e2", "SUCCESS"));
        await Eventually.True(async () => (await service.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch.Phases[0].Completed == 2);
        Assert.Equal(2, (await service.EventsAsync()).Count);
    }

    [Fact]
    public async Task AnUnprocessableEventIsADeadLetterAndCanBeReplayedWhenItsCauseIsMended()
    {
        var poison = new Event { Id = Guid.NewGuid().ToString(), PhaseReported = new PhaseReported { BatchId = "b", PhaseName = "mend", EntityId = "e1", Succeeded = true } };
        string id;
        await using (var service = await StartAsync())
        {
            await AddAsync("phases", "event", poison.ToByteArray());
            await AddAsync(Spellcheck, "envelope", "not json"u8.ToArray());
            await AddAsync(Spellcheck, "envelope", Envelope("e1", "SUCCESS"));
            await Eventually.True(async () => (await service.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch.Phases[0].Completed == 1);
            var letters = await Eventually.Is(async () => (await service.DeadLetters.ListDeadLettersAsync(new())).DeadLetters, l => l.Count == 2);
            var letter = letters.Single(l => l.Topic == "phases");
            Assert.Equal((poison.Id, "b", 1), (letter.EventId, letter.BatchId, letter.Attempts));
            Assert.Contains("phase 'mend' is not in the catalogue", letter.Reason, StringComparison.Ordinal);
            Assert.Empty(letter.Original);
            id = letter.Id;
            Assert.Equal(poison.ToByteArray(), (await service.DeadLetters.GetDeadLetterAsync(new() { Id = id })).DeadLetter.Original.ToByteArray());

            var stream = service.Services.GetRequiredService<IEventStream>();
            var published = Assert.Single(await stream.ReadAsync(new Dictionary<string, string> { ["phases.DLQ"] = stream.Start }, 10, default));
            Assert.Equal(poison.ToByteArray(), published.DeadLetter!.Original.ToArray());
            Assert.Equal(letter.Reason, published.DeadLetter.Reason);
            Assert.Equal(1, published.Event.BatchDeadLettered.Attempts);
            Assert.Equal(letter.FirstFailedAt.ToDateTimeOffset(), published.Event.BatchDeadLettered.FirstFailedAt.ToDateTimeOffset(), TimeSpan.FromMilliseconds(1));
            var unread = Assert.Single(await stream.ReadAsync(new Dictionary<string, string> { [$"{Spellcheck}.DLQ"] = stream.Start }, 10, default));
            Assert.Equal("not json"u8.ToArray(), unread.DeadLetter!.Original.ToArray());
            using var envelope = JsonDocument.Parse(unread.DeadLetter.Envelope);
            Assert.Equal(JsonValueKind.Null, envelope.RootElement.GetProperty("failed_event_envelope").ValueKind);
            Assert.Equal("not json"u8.ToArray(), envelope.RootElement.GetProperty("metadata").GetProperty("original_base64").GetBytesFromBase64());

            var refused = await Assert.ThrowsAsync<RpcException>(async () => await service.DeadLetters.ReplayDeadLetterAsync(new() { Id = id }));
            Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
            var again = (await service.DeadLetters.GetDeadLetterAsync(new() { Id = id })).DeadLetter;
            Assert.Equal((2, letter.FirstFailedAt), (again.Attempts, again.FirstFailedAt));
            Assert.True(again.LastFailedAt.ToDateTimeOffset() > again.FirstFailedAt.ToDateTimeOffset());
        }

        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, """{"phases":[{"name":"spellcheck"},{"name":"mend"}],"pipelines":[{"name":"p","targets":["spellcheck","mend"]}]}""");
            await using var mended = await StartAsync($"--BCS_CATALOGUE={file}");
            Assert.Equal(DeadLetterState.Replayed, (await mended.DeadLetters.ReplayDeadLetterAsync(new() { Id = id })).DeadLetter.State);
            Assert.Equal(DeadLetterState.Replayed, (await mended.DeadLetters.ReplayDeadLetterAsync(new() { Id = id })).DeadLetter.State);
            var batch = (await mended.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch;
            Assert.Equal(1, batch.Phases.Single(p => p.Phase == "mend").Completed);
            await Assert.ThrowsAsync<RpcException>(async () => await mended.DeadLetters.DiscardDeadLetterAsync(new() { Id = id }));
            Assert.Single((await mended.DeadLetters.ListDeadLettersAsync(new())).DeadLetters);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Bodies of any bytes and any JSON types, between events that must be applied, on every topic.</summary>
    [Fact]
    public async Task EachMalformedEventIsOneDeadLetterAndTheNextOneIsApplied()
    {
        string[] topics = ["phases", Spellcheck, "huleedu.batch.nlp.phase.completed.v1", "huleedu.cj_assessment.completed.v1"];
        byte[][] bodies =
        [
            .. ((string[])
            [
                """{"event_id":5}""", """{"event_id":{"a":[]}}""", """{"event_id":null,"data":{}}""", "5", "null", "[]", "\"text\"", "", "{", "not json", """{"data":5}""",
                """{"event_id":"x","data":{"batch_id":7}}""", """{"event_id":true,"data":{"batch_id":["b"],"entity_id":{},"status":1}}""",
                """{"event_id":"\ud800","data":{"batch_id":"\udfff"}}""", """{"event_id":"a\u0000b","data":{"batch_id":"a\u0000b","entity_id":"e","status":"success"}}""",
                $$$"""{"event_id":"{{{string.Concat(Enumerable.Repeat("😀", 150))}}}","data":{"batch_id":"x{{{string.Concat(Enumerable.Repeat("😀", 150))}}}"}}""",
                $$$"""{"event_id":"{{{Guid.NewGuid()}}}","event_timestamp":5,"data":{"batch_id":"b","entity_id":"e","status":"success"}}""",
                new string('[', 5000),
            ]).Select(Encoding.UTF8.GetBytes),
            [0xff, 0xfe, 0], [.. "{\"event_id\":\""u8, 0xc3, 0x28, .. "\",\"data\":{}}"u8],
        ];
        await using var service = await StartAsync();
        foreach (var topic in topics)
        {
            foreach (var body in bodies)
                await AddAsync(topic, "envelope", body);
            await AddAsync(topic, "event", new Event { Id = Guid.NewGuid().ToString(), Time = new() { Nanos = -1 }, PhaseReported = new() { BatchId = "b", PhaseName = "train", Succeeded = true } }.ToByteArray());
            await AddAsync(topic, "event", [0xff, 0xff, 0xff]);
            await AddAsync(topic, "other", [1]);
            await AddAsync(topic, "event", new Event { Id = Guid.NewGuid().ToString(), PhaseReported = new() { BatchId = topic, PhaseName = "train", EntityId = "e", Succeeded = true } }.ToByteArray());
        }

        var bad = bodies.Length + 3;
        await Eventually.True(
            async () => await PendingAsync() == 0 && await _database.Database.ScalarAsync<long>("SELECT count(*) FROM conductor.phase_reports") == topics.Length);
        Assert.Equal(bad * topics.Length, await _database.Database.ScalarAsync<long>("SELECT count(*) FROM conductor.dead_letters"));
        var metrics = await service.Http.GetStringAsync("/metrics");
        foreach (var topic in topics)
        {
            Assert.Equal(1, (await service.Pipelines.GetBatchAsync(new() { BatchId = topic })).Batch.Phases.Single().Completed);
            Assert.Equal(bad, await _connection.GetDatabase().StreamLengthAsync($"pylon:events:{topic}.DLQ"));
            Assert.Contains($"bcs_dead_letters_total{{topic=\"{topic}\"}} {bad}\n", metrics, StringComparison.Ordinal);
            Assert.Contains($"bcs_events_consumed_total{{outcome=\"dead_lettered\",topic=\"{topic}\"}} {bad}\n", metrics, StringComparison.Ordinal);
            Assert.Contains($"bcs_events_consumed_total{{outcome=\"processed\",topic=\"{topic}\"}} 1\n", metrics, StringComparison.Ordinal);
        }

        async Task<long> PendingAsync()
        {
            var groups = await Task.WhenAll(topics.Select(topic => _connection.GetDatabase().StreamGroupInfoAsync($"pylon:events:{topic}")));
            return groups.Sum(g => g.Single().PendingMessageCount + (g.Single().Lag ?? 1));
        }
    }

    [Fact]
    public async Task AReportThatTheDatabaseRefusesFailsAlone()
    {
        await _database.Database.ExecuteAsync("ALTER TABLE conductor.phase_reports ADD CHECK (entity_id <> 'refused')");
        await using var service = await StartAsync("--Conductor:MaxDeliveries=1");
        foreach (var entity in (string[])["e1", "refused", "e2", "e3"])
            await AddAsync(Spellcheck, "envelope", Envelope(entity, "SUCCESS"));
        await Eventually.True(async () => await _database.Database.ScalarAsync<long>("SELECT count(*) FROM conductor.dead_letters") == 1);
        await Eventually.True(async () => (await service.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch.Phases[0].Completed == 3);
        Assert.Equal(1, await _database.Database.ScalarAsync<long>("SELECT count(*) FROM conductor.dead_letters"));
    }

    private Task<ConductorService> StartAsync(params string[] args) =>
        ConductorService.StartOnAsync(_database.Database.Uri, _redis.ConnectionString, ["--Conductor:ClaimAfter=00:00:00.2", .. args]);

    private Task AddAsync(string topic, string field, byte[] body) => _connection.GetDatabase().StreamAddAsync($"pylon:events:{topic}", field, body);

    private static byte[] Envelope(string entity, string status) => Encoding.UTF8.GetBytes(
        $$"""
        {"event_id":"{{Guid.NewGuid()}}","event_type":"{{Spellcheck}}","event_timestamp":"2026-03-01T10:00:00Z","source_service":"spellchecker",
         "correlation_id":"{{Guid.NewGuid()}}","data":{"entity_id":"{{entity}}","batch_id":"b","status":"{{status}}","processing_duration_ms":120} }
        """);
}
