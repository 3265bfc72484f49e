using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pylon.Conductor.V1;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>The gRPC API over batches in memory.</summary>
[Collection(MetricsGroup.Name)]
public sealed class PipelineServiceTests : IAsyncLifetime
{
    private ConductorService _service = null!;

    public async Task InitializeAsync() => _service = await ConductorService.StartAsync("--BCS_USE_MOCK_REPOSITORY=true");

    public async Task DisposeAsync() => await _service.DisposeAsync();

    [Fact]
    public async Task NlpThenCjRunsSpellingOnce()
    {
        var nlp = await DefineAsync("nlp");
        Assert.Equal(["spellcheck", "nlp"], nlp.FinalPipeline);
        await ReportAsync("spellcheck", "e1");
        var cj = await _service.Pipelines.DefinePipelineAsync(new() { BatchId = "b", RequestedPipeline = "cj_assessment", CorrelationId = "c", Explain = true });
        Assert.Equal(["cj_assessment"], cj.FinalPipeline);
        Assert.Equal([Decision.Run, Decision.SkipCompleted], cj.Analysis.Phases.Select(p => p.Decision));
        Assert.Equal("c", cj.Analysis.CorrelationId);
        Assert.Null(nlp.Analysis);
    }

    [Theory]
    [InlineData("", "nlp", "batch_id", "1 to 200 characters")]
    [InlineData("b", "", "requested_pipeline", "must be one of spellcheck, nlp, cj_assessment, ai_feedback")]
    [InlineData("b", "magic", "requested_pipeline", "must be one of spellcheck, nlp")]
    [InlineData("b", "student_matching", "requested_pipeline", "is a phase without a pipeline")]
    public async Task ABadFieldIsNamedWithWhatIsAllowed(string batch, string pipeline, string field, string rule)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await _service.Pipelines.DefinePipelineAsync(new() { BatchId = batch, RequestedPipeline = pipeline }));
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        var violation = Assert.Single(refused.Violations());
        Assert.Equal(field, violation.Field);
        Assert.Contains(rule, violation.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ResolutionsAreCountedByStatusFromTheStart()
    {
        await AssertCountedAsync(0, 0);
        await DefineAsync("nlp");
        await Assert.ThrowsAsync<RpcException>(() => DefineAsync("magic"));
        await AssertCountedAsync(1, 1);

        async Task AssertCountedAsync(int success, int failure) => Assert.Equal(
            [$$"""bcs_pipeline_resolutions_total{status="failure"} {{failure}}""", $$"""bcs_pipeline_resolutions_total{status="success"} {{success}}"""],
            (await _service.Http.GetStringAsync("/metrics")).Split('\n').Where(line => line.StartsWith("bcs_pipeline_resolutions_total", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task HealthAnswersUnderBothNames()
    {
        foreach (var path in new[] { "/health", "/healthz" })
            Assert.Equal(HttpStatusCode.OK, (await _service.Http.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task AWatchSendsTheStateAndThenEachChange()
    {
        using var watch = _service.Pipelines.WatchBatch(new() { BatchId = "b" });
        await ReportAsync("spellcheck", "e1", PhaseStatus.Failed);
        Assert.True(await watch.ResponseStream.MoveNext(default).Within());
        Assert.Equal(PhaseState.Running, Assert.Single(watch.ResponseStream.Current.Batch.Phases).State);
        await ReportAsync("spellcheck", "e1");
        Assert.True(await watch.ResponseStream.MoveNext(default).Within());
        Assert.Equal(PhaseState.Complete, Assert.Single(watch.ResponseStream.Current.Batch.Phases).State);
    }

    [Fact]
    public async Task BatchesAreReadAndListed()
    {
        await DefineAsync("nlp");
        await ReportAsync("spellcheck", "e1");
        var batch = (await _service.Pipelines.GetBatchAsync(new() { BatchId = "b" })).Batch;
        Assert.Equal("nlp", Assert.Single(batch.Definitions).Pipeline);
        Assert.Equal(1, batch.TotalEntities);
        Assert.Equal("b", Assert.Single((await _service.Pipelines.ListBatchesAsync(new())).Batches).BatchId);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _service.Pipelines.GetBatchAsync(new() { BatchId = "other" }));
        Assert.Equal("BATCH_NOT_FOUND", refused.Reason());
    }

    [Theory]
    [InlineData(-1.0, 0, 0, "energy_kwh")]
    [InlineData(double.NaN, 0, 0, "energy_kwh")]
    [InlineData(1_000_001.0, 0, 0, "energy_kwh")]
    [InlineData(1.0, 5, 4, "ended_at")]
    [InlineData(1.0, -2_000_000_000, 4, "started_at")]
    public async Task WorkThatCannotBeIsRefused(double kwh, long startedAt, long endedAt, string field)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _service.Pipelines.ReportPhaseAsync(new()
        {
            BatchId = "b",
            Phase = "nlp",
            Status = PhaseStatus.Success,
            EnergyKwh = kwh,
            StartedAt = new() { Seconds = 1_760_000_000 + startedAt },
            EndedAt = new() { Seconds = 1_760_000_000 + endedAt },
        }));
        Assert.Equal(field, Assert.Single(refused.Violations()).Field);
    }

    [Fact]
    public async Task TheCatalogueIsListedWithThePhasesOfANewBatch()
    {
        var listed = await _service.Pipelines.ListPipelinesAsync(new());
        Assert.Equal(["prepare", "train", "evaluate", "publish"], listed.Pipelines.Single(p => p.Name == "compute_training").Phases);
        Assert.Equal(["spellcheck"], listed.Phases.Single(p => p.Name == "nlp").Requires);
    }

    [Fact]
    public async Task ABadCatalogueStopsTheStartWithThePlace()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, """{"phases":[{"name":"a","requires":["b"]}],"pipelines":[{"name":"p","targets":["a"]}]}""");
            var stopped = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(
                () => ConductorService.StartAsync("--BCS_USE_MOCK_REPOSITORY=true", $"--BCS_CATALOGUE={file}"));
            Assert.Equal($"BCS_CATALOGUE={file}: phases[0].requires[0]: 'b' must be a phase of the catalogue", Assert.Single(stopped.Failures));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task ASettingOfTheFormerTransactionsIsNamedAtTheStart()
    {
        using var logs = new CollectingLogs();
        await using var app = Program.Build(
            ["--BCS_USE_MOCK_REPOSITORY=true", "--Conductor:StatePath=Transaction"],
            builder => builder.WebHost.UseTestServer());
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(logs);
        await app.StartAsync();
        Assert.Contains(logs.Lines, line => line.StartsWith("Conductor:StatePath has no effect", StringComparison.Ordinal));
    }

    private async Task<DefinePipelineResponse> DefineAsync(string pipeline) =>
        await _service.Pipelines.DefinePipelineAsync(new() { BatchId = "b", RequestedPipeline = pipeline });

    private async Task ReportAsync(string phase, string entity, PhaseStatus status = PhaseStatus.Success) =>
        await _service.Pipelines.ReportPhaseAsync(new() { BatchId = "b", Phase = phase, EntityId = entity, Status = status });

    private sealed class CollectingLogs : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
