using System.Text.RegularExpressions;
using Grpc.Core;
using Pylon.Conductor.V1;
using Pylon.LocalStack.Servers;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>Redis is killed during reports and restarts empty or with its file.</summary>
[Collection(MetricsGroup.Name)]
public sealed class LostRedisTests : IAsyncLifetime
{
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(3));
    private PrivateRedis _redis = null!;
    private ConductorDatabase _database = null!;
    private ConductorService _service = null!;

    public async Task InitializeAsync()
    {
        _redis = await TestRedis.PrivateAsync();
        _database = await ConductorDatabase.CreateAsync();
        _service = await ConductorService.StartOnAsync(_database.Database.Uri, _redis.Address, "--Conductor:RecoverAfter=00:00:02");
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
        await _redis.DisposeAsync();
        _stop.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AcknowledgedReportsSurviveTheKill(bool empty)
    {
        var writers = new ManyWriters("lost", 3_000, entities: 400);
        var sent = writers.Make();
        var sending = writers.SendAsync([_service], sent, persist: true, _stop.Token);
        await Eventually.True(() => writers.Acknowledged.Count > 800, TimeSpan.FromSeconds(60));
        await _redis.KillAsync();
        if (empty)
            Directory.Delete(Path.Combine(_redis.DataDirectory, "appendonlydir"), recursive: true);
        await _redis.StartAgainAsync();
        await sending;
        writers.Expect(sent);
        var expected = writers.Model.Snapshot("lost");
        var found = (await _service.Batches.FindAsync("lost", _stop.Token))!;
        Assert.Equal(expected.Phases.Values.OrderBy(p => p.Phase), found.Phases.Values.OrderBy(p => p.Phase));
        // The stream may have lost events with its server; no report stays unpublished.
        await Eventually.True(
            async () => await _database.Database.ScalarAsync<long>("SELECT count(*) FROM conductor.phase_reports WHERE settled_at IS NULL") == 0,
            TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task AnIdleBatchIsRebuiltWhenItIsRead()
    {
        await _service.Pipelines.ReportPhaseAsync(new() { BatchId = "quiet", Phase = "spellcheck", EntityId = "e1", Status = PhaseStatus.Success });
        await _redis.KillAsync();
        Directory.Delete(Path.Combine(_redis.DataDirectory, "appendonlydir"), recursive: true);
        await _redis.StartAgainAsync();
        var defined = await Eventually.Is(
            async () => await _service.Pipelines.DefinePipelineAsync(new() { BatchId = "quiet", RequestedPipeline = "cj_assessment", CorrelationId = "c" }), _ => true, TimeSpan.FromSeconds(60));
        Assert.Equal(["cj_assessment"], defined.FinalPipeline);
        Assert.Contains(await _service.EventsAsync(), e => e.BatchPhaseSkipped?.PhaseName == "spellcheck");
    }

    [Fact]
    public async Task WithoutRedisCallersGetUnavailableAndTheCircuitOpens()
    {
        await _redis.KillAsync();
        async Task<RpcException> RefusedAsync(int i) => await Assert.ThrowsAsync<RpcException>(async () =>
            await _service.Pipelines.DefinePipelineAsync(new() { BatchId = $"b{i}", RequestedPipeline = "nlp" }, cancellationToken: _stop.Token));

        // No call is made to a server that does not answer, until one is tried after a break.
        await Eventually.True(
            async () =>
            {
                var refused = (await Task.WhenAll(Enumerable.Range(0, 24).Select(RefusedAsync)))[0];
                Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
                Assert.DoesNotContain("127.0.0.1", refused.Status.Detail, StringComparison.Ordinal);
                return Regex.IsMatch(await _service.Http.GetStringAsync("/metrics"), """(?m)^bcs_circuit_opened_total\{peer="redis"\} [1-9]""");
            },
            TimeSpan.FromSeconds(60));
        Assert.Contains("""bcs_circuit_state{peer="postgres"} 0""", await CircuitsAsync());
        await _redis.StartAgainAsync();
        await Eventually.Is(
            async () => await _service.Pipelines.DefinePipelineAsync(new() { BatchId = "b", RequestedPipeline = "nlp" }, cancellationToken: _stop.Token), _ => true, TimeSpan.FromSeconds(60));
        Assert.Contains("""bcs_circuit_state{peer="redis"} 0""", await CircuitsAsync());
    }

    private async Task<string[]> CircuitsAsync() =>
        [.. (await _service.Http.GetStringAsync("/metrics")).Split('\n').Where(line => line.StartsWith("bcs_circuit", StringComparison.Ordinal))];
}
