using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pylon.Common.V1;
using Pylon.Orchestrator.GridNow;
using Pylon.Orchestrator.Stress;
using Pylon.Orchestrator.Tests.Running;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.World;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.World;

public sealed class WorldRowsTests
{
    private const string EverySource =
        """
        SELECT string_agg(DISTINCT source, ',') FROM (
            SELECT source FROM operators UNION ALL SELECT source FROM users UNION ALL SELECT source FROM data_centres UNION ALL SELECT source FROM compute_workloads) rows
        """;

    private const string Rows =
        "SELECT (SELECT count(*) FROM operators) + (SELECT count(*) FROM users) + (SELECT count(*) FROM data_centres) + (SELECT count(*) FROM compute_workloads)";

    [Fact]
    public async Task SeveralInstancesMakeTheWorldAndEachWorkloadOnce()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var time = new FakeTime();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Worker(database, time).StepAsync(CancellationToken.None)));
        time.Advance(TimeSpan.FromMinutes(3));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Worker(database, time).StepAsync(CancellationToken.None)));

        Assert.Equal((10L, "synthetic"), (await database.ScalarAsync<long>(Rows), await database.ScalarAsync<string>(EverySource)));
        Assert.Equal(2L, await database.ScalarAsync<long>("SELECT count(*) FROM compute_workloads w JOIN users u ON u.id = w.user_id JOIN data_centres d ON d.id = w.host_dc_id JOIN operators o ON o.id = w.operator_id"));
    }

    [Fact]
    public async Task RemovedWorldIsGoneAndNotMadeAgainByAStart()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var (time, store) = (new FakeTime(), new SyntheticWorldStore(database.DataSource));
        await database.ExecuteAsync("INSERT INTO data_centres (dc_id, name) VALUES ('DC-001', 'a user''s own')");
        await database.ExecuteAsync("INSERT INTO compute_workloads (workload_name) VALUES ('a user''s own')");
        await Worker(database, time).StepAsync(CancellationToken.None);
        Assert.Equal(10L, await database.ScalarAsync<long>(Rows));

        Assert.Equal(8, await store.RemoveAsync(CancellationToken.None));
        Assert.Equal(0, await store.RemoveAsync(CancellationToken.None));
        await Worker(database, time).StepAsync(CancellationToken.None);

        Assert.Equal((2L, "user"), (await database.ScalarAsync<long>(Rows), await database.ScalarAsync<string>(EverySource)));
        Assert.Equal(7, await store.CreateAsync(1, new SyntheticWorld(1), CancellationToken.None));
        Assert.Equal(0, await store.CreateAsync(1, new SyntheticWorld(1), CancellationToken.None));
        Assert.Null(await store.CreateAsync(2, new SyntheticWorld(2), CancellationToken.None));
    }

    [Fact]
    public async Task WorkloadsAreBoundedTheOldestGoesFirst()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var time = new FakeTime();
        for (var i = 0; i < 5; i++)
        {
            await Worker(database, time, most: 3).StepAsync(CancellationToken.None);
            time.Advance(TimeSpan.FromMinutes(3));
        }

        var first = time.GetUtcNow().UtcTicks / TimeSpan.FromMinutes(3).Ticks - 3;
        Assert.Equal(
            Enumerable.Range(0, 3).Select(n => $"SYNTHETIC-1-{first + n}"),
            await database.ListAsync<string>("SELECT job_id FROM compute_workloads ORDER BY submitted_at, id"));
    }

    [Theory]
    [InlineData(0.8)]
    [InlineData(0.801)]
    public async Task StressHoldsBackWhatIsNotUrgent(double stress)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var time = new FakeTime();
        await database.ExecuteAsync(
            "INSERT INTO grid_now (window_start, window_end, grid_stress_score, is_synthetic, as_of) VALUES ('2001-01-01', '2199-01-01', $1, false, now())", stress);
        for (var i = 0; i < 40; i++)
        {
            await Worker(database, time).StepAsync(CancellationToken.None);
            time.Advance(TimeSpan.FromMinutes(3));
        }

        var isStressed = stress > 0.8;
        var (world, first) = (new SyntheticWorld(1), time.GetUtcNow().UtcTicks / TimeSpan.FromMinutes(3).Ticks - 40);
        var drawn = Enumerable.Range(0, 40).Select(n => world.Workload(first + n)).ToList();
        Assert.Equal(
            drawn.Where(w => !isStressed || !w.IsSkippedUnderStress).Select(w => w.JobId).Order(StringComparer.Ordinal),
            (await database.ListAsync<string>("SELECT job_id FROM compute_workloads")).Order(StringComparer.Ordinal));
        Assert.Equal(
            isStressed ? drawn.Count(w => w.Urgency == "LOW" && !w.IsSkippedUnderStress) : 0,
            await database.ScalarAsync<long>("SELECT count(*) FROM compute_workloads WHERE due_at > now() + interval '5 hours'"));
    }

    [Fact]
    public async Task NothingIsMadeWhileTheWorldIsOff()
    {
        await using var stack = await OrchestratorStack.StartAsync();

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await stack.World.CreateSyntheticWorldAsync(new CreateSyntheticWorldRequest()));

        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Equal(0L, await stack.Database.ScalarAsync<long>(Rows));
        Assert.Equal(0, (await stack.World.RemoveSyntheticWorldAsync(new RemoveSyntheticWorldRequest())).RowsRemoved);
    }

    [Fact]
    public void WorldIsRefusedInProduction()
    {
        var app = Program.Build(
        [
            "--PYLON_POSTGRES=postgresql://nobody@127.0.0.1:1/none", "--PYLON_REDIS=127.0.0.1:1", "--PYLON_INGESTION=http://127.0.0.1:1", "--PYLON_CONDUCTOR=http://127.0.0.1:1",
            "--BPP_BASE_URL=http://127.0.0.1:1", "--BAP_URI=http://127.0.0.1:1", "--PYLON_SYNTHETIC_WORLD=on", "--environment=Production",
        ]);

        var wrong = Assert.Throws<OptionsValidationException>(() => app.Services.GetService(typeof(IOptions<SyntheticWorldOptions>)) is IOptions<SyntheticWorldOptions> options ? options.Value : null);

        Assert.Contains("PYLON_SYNTHETIC_WORLD=on: must be off in production", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SyntheticWorkloadIsOfferedWhatNoProviderBooks()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--PYLON_SYNTHETIC_WORLD=on", "--PYLON_SYNTHETIC_SEED=3", "--environment=Local");
        var added = await Eventually.Is(
            () => stack.Database.ListAsync<string>("SELECT id::text FROM compute_workloads WHERE source = 'synthetic'"), ids => ids.Count == 1, TimeSpan.FromSeconds(30), "to have a synthetic workload");
        await stack.Database.ExecuteAsync(
            "INSERT INTO compute_workloads (job_id, source, carbon_cap_gco2) VALUES ('without limits', 'synthetic', NULL)");
        var id = (await stack.Database.ScalarAsync<Guid>("SELECT id FROM compute_workloads WHERE job_id = 'without limits'")).ToString();

        var offered = await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice);
        var chosen = await stack.ChooseAsync(id, 1);

        Assert.Equal((RecordSource.Synthetic, WorkloadStatus.Scheduled), (offered.Source, chosen.Status));
        Assert.All(offered.Recommendations, option => Assert.Equal((RecommendationSource.Grid, ""), (option.Source, option.OrderId)));
        Assert.Equal(0, await stack.RequestsAsync("discover"));
        Assert.Equal(0L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM beckn_messages"));
        Assert.Equal(0L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM operator_summary") + await stack.Database.ScalarAsync<long>("SELECT count(*) FROM user_workload_summary"));
        Assert.Equal(1 + 1 + 6 + 2, (await stack.World.RemoveSyntheticWorldAsync(new RemoveSyntheticWorldRequest())).RowsRemoved);
        Assert.Single(added);
    }

    private static SyntheticWorldWorker Worker(OrchestratorDatabase database, FakeTime time, int most = 100) => new(
        new SyntheticWorldStore(database.DataSource),
        new GridNowStore(database.DataSource, new GridStress(20_000, 45_000)),
        Options.Create(new SyntheticWorldOptions { Enabled = true, MaxWorkloads = most }),
        time,
        NullLogger<SyntheticWorldWorker>.Instance);
}
