using System.Text.Json;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Common.V1;
using Pylon.Conductor.Catalogues;
using Pylon.Conductor.V1;
using Pylon.Messaging;
using Pylon.Testing;
using StackExchange.Redis;

namespace Pylon.Conductor.Tests;

/// <summary>What readers of the HuleEdu topics of BCS get.</summary>
public sealed class HuleEduEventsTests : IAsyncLifetime
{
    private const string Resolution = "huleedu.pipelines.resolution";
    private ConductorDatabase _database = null!;
    private TestRedis _redis = null!;
    private ConductorService _service = null!;

    public async Task InitializeAsync()
    {
        _database = await ConductorDatabase.CreateAsync();
        _redis = await TestRedis.CreateAsync();
        _service = await ConductorService.StartOnAsync(_database.Database.Uri, _redis.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task EachSkippedPhaseIsPublishedOnceUnderTheIdAndCorrelationOfOurEvent()
    {
        var correlation = Guid.NewGuid().ToString();
        await _service.Pipelines.ReportPhaseAsync(new() { BatchId = "b", Phase = "spellcheck", EntityId = "e1", Status = PhaseStatus.Success });
        for (var i = 0; i < 2; i++)
            await _service.Pipelines.DefinePipelineAsync(new() { BatchId = "b", RequestedPipeline = "cj_assessment", CorrelationId = correlation });
        await _service.Pipelines.DefinePipelineAsync(new() { BatchId = "b", RequestedPipeline = "nlp", CorrelationId = "not a uuid" });
        var ours = (await _service.EventsAsync()).Where(e => e.BatchPhaseSkipped is not null).ToList();
        Assert.Equal([correlation, "not a uuid"], ours.Select(e => e.BatchPhaseSkipped.CorrelationId));

        var copies = (await EntriesAsync("batch.phase.skipped")).Select(e => JsonDocument.Parse((byte[])e["envelope"]!).RootElement).ToList();
        Assert.Equal(ours.Select(e => e.Id), copies.Select(c => c.GetProperty("event_id").GetString()));
        Assert.All(copies, c => Assert.True(c.GetProperty("correlation_id").TryGetGuid(out _)));
        var copy = copies[0];
        Assert.Equal(correlation, copy.GetProperty("correlation_id").GetString());
        Assert.Equal(("batch.phase.skipped", "pylon/conductor"), (copy.GetProperty("event_type").GetString(), copy.GetProperty("source_service").GetString()));
        Assert.Equal(ours[0].Time.ToDateTimeOffset(), copy.GetProperty("event_timestamp").GetDateTimeOffset());
        Assert.Equal(
            ["batch.phase.skipped", "b", "spellcheck", "already_completed", correlation],
            ((string[])["event", "batch_id", "phase_name", "skip_reason", "correlation_id"]).Select(p => copy.GetProperty("data").GetProperty(p).GetString()));
        Assert.Equal("not a uuid", copies[1].GetProperty("data").GetProperty("correlation_id").GetString());
    }

    [Fact]
    public async Task AFailedResolutionIsADeadLetterThatCanBeReplayed()
    {
        for (var i = 0; i < 2; i++)
            await RefusedAsync("student_matching");
        // An unknown name is the caller's mistake and not a dead letter.
        await RefusedAsync("magic");

        var letter = Assert.Single((await _service.DeadLetters.ListDeadLettersAsync(new())).DeadLetters);
        Assert.Equal((Resolution, "b", 2), (letter.Topic, letter.BatchId, letter.Attempts));
        Assert.Contains("'student_matching' is a phase without a pipeline", letter.Reason, StringComparison.Ordinal);
        Assert.True(letter.LastFailedAt.ToDateTimeOffset() > letter.FirstFailedAt.ToDateTimeOffset());
        var original = (await _service.DeadLetters.GetDeadLetterAsync(new() { Id = letter.Id })).DeadLetter.Original;

        var entry = Assert.Single(await EntriesAsync($"{Resolution}.DLQ"));
        var published = JsonDocument.Parse((byte[])entry["envelope"]!).RootElement;
        Assert.Equal((1, "pylon/conductor"), (published.GetProperty("schema_version").GetInt32(), published.GetProperty("service").GetString()));
        Assert.Contains("student_matching", published.GetProperty("dlq_reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("b", published.GetProperty("metadata").GetProperty("batch_id").GetString());
        Assert.Equal(original.ToStringUtf8(), published.GetProperty("failed_event_envelope").GetRawText());
        var asked = published.GetProperty("failed_event_envelope").GetProperty("data");
        Assert.Equal(("student_matching", "c", 3), (asked.GetProperty("requested_pipeline").GetString(), asked.GetProperty("correlation_id").GetString(), asked.GetProperty("total_entities").GetInt32()));

        var still = await Assert.ThrowsAsync<RpcException>(async () => await _service.DeadLetters.ReplayDeadLetterAsync(new() { Id = letter.Id }));
        Assert.Equal(StatusCode.FailedPrecondition, still.StatusCode);
        await ReplayedWithAPipelineAsync(letter.Id);
    }

    private async Task ReplayedWithAPipelineAsync(string id)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, """{"phases":[{"name":"student_matching"}],"pipelines":[{"name":"student_matching","targets":["student_matching"]}]}""");
            await using var mended = await ConductorService.StartOnAsync(_database.Database.Uri, _redis.ConnectionString, $"--BCS_CATALOGUE={file}");
            Assert.Equal(DeadLetterState.Replayed, (await mended.DeadLetters.ReplayDeadLetterAsync(new() { Id = id })).DeadLetter.State);
            var batch = (await mended.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch;
            Assert.Equal(("c", 3), (Assert.Single(batch.Definitions).CorrelationId, batch.TotalEntities));
            Assert.Contains(await mended.EventsAsync(), e => e.BatchPipelineDefined?.Pipeline == "student_matching");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task RefusedAsync(string pipeline)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _service.Pipelines.DefinePipelineAsync(
            new() { BatchId = "b", RequestedPipeline = pipeline, CorrelationId = "c", TotalEntities = 3 }));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    private Task<StreamEntry[]> EntriesAsync(string topic) =>
        _service.Services.GetRequiredService<IConnectionMultiplexer>().GetDatabase().StreamRangeAsync($"pylon:events:{topic}");
}
