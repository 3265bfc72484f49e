using Microsoft.Extensions.DependencyInjection;
using Pylon.Conductor.Purge;
using Pylon.Conductor.V1;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

[Collection(MetricsGroup.Name)]
public sealed class PurgeTests : IAsyncLifetime
{
    private ConductorDatabase _database = null!;
    private ConductorService _service = null!;

    public async Task InitializeAsync()
    {
        _database = await ConductorDatabase.CreateAsync();
        var redis = await TestRedis.CreateAsync();
        _service = await ConductorService.StartOnAsync(_database.Database.Uri, redis.ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task ExpiredRowsAreRemovedAndTheReportsOfALiveBatchAreKept()
    {
        foreach (var batch in (string[])["gone", "lasting", "anew"])
        {
            await _service.Pipelines.DefinePipelineAsync(new() { BatchId = batch, RequestedPipeline = "nlp", CorrelationId = "c" });
            for (var i = 0; i < 7; i++)
                await _service.Pipelines.ReportPhaseAsync(new() { BatchId = batch, Phase = "spellcheck", EntityId = $"e{i}", Status = PhaseStatus.Success });
        }

        await Eventually.True(async () => await CountAsync("phase_reports WHERE settled_at IS NULL") + await CountAsync("definitions WHERE settled_at IS NULL") == 0);
        // Eight days pass; one batch has changed all the time, one changes again, and one report was never published.
        await _database.Database.ExecuteAsync(
            """
            UPDATE conductor.phase_reports SET recorded_at = recorded_at - interval '8 days';
            UPDATE conductor.definitions SET recorded_at = recorded_at - interval '8 days';
            UPDATE conductor.batches SET since = since - interval '8 days', updated_at = updated_at - interval '8 days';
            UPDATE conductor.batches SET updated_at = now() WHERE batch_id = 'lasting';
            UPDATE conductor.phase_reports SET settled_at = NULL WHERE batch_id = 'gone' AND entity_id = 'e3';
            """);
        await _service.Pipelines.ReportPhaseAsync(new() { BatchId = "anew", Phase = "prepare", EntityId = "e1", Status = PhaseStatus.Success });

        var purge = _service.Services.GetRequiredService<PurgeWorker>();
        // The batch, its reports but one, its definition; the same of what came before the batch that began anew.
        Assert.Equal(1 + 6 + 1 + 7 + 1, await purge.RunAsync(default, together: 3));
        Assert.Equal(0, await purge.RunAsync(default, together: 3));
        Assert.Equal(2, await CountAsync("batches"));
        Assert.Equal(7, await CountAsync("phase_reports WHERE batch_id = 'lasting'"));
        Assert.Equal(1, await CountAsync("definitions"));
        Assert.Equal(1, await CountAsync("phase_reports WHERE batch_id = 'anew'"));
        Assert.Equal("e3", await _database.Database.ScalarAsync<string>("SELECT entity_id FROM conductor.phase_reports WHERE batch_id = 'gone'"));
        Assert.Matches("""(?m)^bcs_purged_rows_total\{table="phase_reports"\} 13""", await _service.Http.GetStringAsync("/metrics"));
    }

    /// <summary>The purge removes the row of a report between the insert that finds it there and the read.</summary>
    [Fact]
    public async Task AnExpiredReportThatIsRepeatedDuringAPurgeIsKeptAgain()
    {
        var report = new ReportPhaseRequest { BatchId = "b", Phase = "spellcheck", EntityId = "e1", Status = PhaseStatus.Success, EventId = Guid.NewGuid().ToString() };
        await _service.Pipelines.ReportPhaseAsync(report);
        await _database.Database.ExecuteAsync(
            """
            UPDATE conductor.phase_reports SET recorded_at = recorded_at - interval '8 days';
            CREATE FUNCTION conductor.purge() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN DELETE FROM conductor.phase_reports WHERE recorded_at < now() - interval '7 days'; RETURN NULL; END $$;
            CREATE TRIGGER purge AFTER INSERT ON conductor.phase_reports FOR EACH STATEMENT EXECUTE FUNCTION conductor.purge();
            """);
        Assert.Equal(1, (await _service.Pipelines.ReportPhaseAsync(report)).Progress.Completed);
        Assert.Equal(1, await CountAsync("phase_reports"));
    }

    private async Task<long> CountAsync(string of) => await _database.Database.ScalarAsync<long>($"SELECT count(*) FROM conductor.{of}");
}
