using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pylon.Orchestrator.Audit;
using Pylon.Orchestrator.Beckn;
using Pylon.Orchestrator.Flow;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Runs;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests;

/// <summary>A migrated database of one test's own, with the stores on it.</summary>
internal sealed class OrchestratorDatabase : IAsyncDisposable
{
    private OrchestratorDatabase(TestDatabase server)
    {
        Server = server;
        DataSource = server.DataSource("orchestrator");
        var all = new TenantDatabase(DataSource, Tenant.All);
        Runs = new RunStore(all, NullLogger<RunStore>.Instance);
        Workloads = new WorkloadStore(all, [Runs, new FlowDecisions(TimeProvider.System)], NullLogger<WorkloadStore>.Instance);
        Flow = new FlowStore(DataSource, Workloads, TimeProvider.System);
        Beckn = new BecknStore(DataSource);
        Steps = new StepStore(DataSource);
    }

    public TestDatabase Server { get; }

    public NpgsqlDataSource DataSource { get; }

    public WorkloadStore Workloads { get; }

    public FlowStore Flow { get; }

    public BecknStore Beckn { get; }

    public StepStore Steps { get; }

    public RunStore Runs { get; }

    public static async Task<OrchestratorDatabase> CreateAsync() => new(await TestDatabase.CreateAsync(typeof(WorkloadStore).Assembly, "orchestrator"));

    public static Task MigrateAsync(TestDatabase database) => database.MigrateAsync(typeof(WorkloadStore).Assembly, "orchestrator");

    public Task ExecuteAsync(string sql, params object?[] parameters) => DataSource.ExecuteAsync(sql, CancellationToken.None, parameters);

    public async Task ExecuteAsync(NpgsqlBatchCommand command)
    {
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { command } };
        await batch.ExecuteNonQueryAsync();
    }

    /// <summary>Runs the statement of one row.</summary>
    public Task ExecuteAsync(StatementRow row) => ExecuteAsync(row.Command());

    /// <summary>Writes a step; a lost lease is an error.</summary>
    public async Task<Written> WriteAsync(Step step)
    {
        var written = await Steps.WriteAsync(step, CancellationToken.None);
        return written.Outcome == StepOutcome.NotHeld ? throw new LeaseLostException(step.Lease) : written;
    }

    /// <summary>Writes statements under a lease.</summary>
    public Task WriteAsync(Lease lease, params IEnumerable<StatementRow> changes) => WriteAsync(new Step(lease) { Changes = [.. changes] });

    /// <summary>The first column of the first row; default for no row and for NULL.</summary>
    public async Task<T?> ScalarAsync<T>(string sql, params object?[] parameters)
    {
        await using var command = DataSource.Command(sql, parameters);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    /// <summary>The first column of all rows.</summary>
    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, params object?[] parameters)
    {
        await using var command = DataSource.Command(sql, parameters);
        await using var row = await command.ExecuteReaderAsync();
        var list = new List<T>();
        while (await row.ReadAsync())
            list.Add(row.GetFieldValue<T>(0));
        return list;
    }

    /// <summary>A queued workload.</summary>
    public async Task<WorkloadRecord> SubmitAsync(string name = "training") =>
        await Workloads.SubmitAsync(Guid.NewGuid(), new WorkloadRecord { Id = Guid.Empty, Name = name }, CancellationToken.None);

    /// <summary>Claims what is due with a lease of a minute.</summary>
    public Task<IReadOnlyList<WorkloadRecord>> ClaimAsync(Guid owner, int atMost = 10) =>
        Flow.ClaimAsync(owner, atMost, TimeSpan.FromMinutes(1), CancellationToken.None);

    public async Task<WorkloadRecord> FindAsync(Guid id) =>
        await Workloads.FindAsync(id, CancellationToken.None) ?? throw new InvalidOperationException($"no workload {id}");

    /// <summary>The types of the events of a workload in the order in which they were written.</summary>
    public Task<IReadOnlyList<string>> EventsOfAsync(Guid id) =>
        ListAsync<string>("SELECT type FROM outbox WHERE subject = $1 ORDER BY seq", id.ToString());

    /// <summary>From now on joins are nested loops without anything kept between their rounds, as large tables may have them.</summary>
    public async Task PlanNestedLoopsAsync()
    {
        await Server.PlanNestedLoopsAsync();
        DataSource.Clear();
    }

    /// <summary>Puts a workload straight into a state, past the state machine; the constraints still hold.</summary>
    public async Task<Guid> ArrangeAsync(string status)
    {
        var id = (await SubmitAsync()).Id;
        await using var connection = await DataSource.OpenConnectionAsync();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("SET session_replication_role = replica"),
                Sql.Statement(
                    """
                    UPDATE compute_workloads SET
                        status = $2, bpp_processed = true, chosen_option = 2, failure_reason = 'arranged', resume_status = 'queued',
                        recommended_1_grid_zone_id = gen_random_uuid(), recommended_2_grid_zone_id = gen_random_uuid(),
                        recommended_3_grid_zone_id = gen_random_uuid()
                    WHERE id = $1
                    """,
                    id,
                    status),
                new NpgsqlBatchCommand("RESET session_replication_role"),
            },
        };
        await batch.ExecuteNonQueryAsync();
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        await DataSource.DisposeAsync();
        await Server.DisposeAsync();
    }
}
