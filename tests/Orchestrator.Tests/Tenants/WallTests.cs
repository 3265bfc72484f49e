using Npgsql;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Tests.Tenants;

/// <summary>Row security: what a statement without its WHERE shows and changes.</summary>
public sealed class WallTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    // Nothing of an operator is in them, or no caller's statement may read them.
    private static readonly string[] NotBehindTheWall =
    [
        "archived_objects", "beckn_signatures", "grid_now", "outbox", "outbox_migrations", "schema_migrations", "synthetic_world", "workload_notifications",
        // Of the keys: no statement of a caller has a right on it.
        "api_keys",
    ];

    [Fact]
    public async Task EveryTableIsBehindTheWallOrListed()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var open = await database.ListAsync<string>(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'orchestrator'::regnamespace AND relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity)");
        Assert.Empty(open.Except(NotBehindTheWall));
        var readable = await database.ListAsync<string>("SELECT name FROM unnest($1::text[]) name WHERE to_regclass('orchestrator.' || name) IS NOT NULL AND has_table_privilege('pylon_caller', 'orchestrator.' || name, 'SELECT')", (object)NotBehindTheWall);
        Assert.Empty(readable);
    }

    [Fact]
    public async Task AStatementWithoutWhereShowsNothingOfAnotherOperator()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var (ours, theirs) = (await OperatorData.AddAsync(database, "ours"), await OperatorData.AddAsync(database, "theirs"));
        var everything = new TenantDatabase(database.DataSource, Tenant.All);
        var own = everything.Of(Tenant.Of(ours.Operator));
        var tables = await database.ListAsync<string>(
            """
            SELECT c.relname::text FROM pg_class c
            WHERE c.relnamespace = 'orchestrator'::regnamespace AND (c.relkind = 'r' AND c.relrowsecurity OR c.relname IN ('counted_workloads', 'user_workload_summary', 'operator_summary'))
            """);
        Assert.Equal(22, tables.Count);
        foreach (var table in tables)
        {
            var all = await everything.ListAsync($"SELECT to_jsonb(t)::text FROM {table} t", row => row.GetString(0), None);
            var seen = await own.ListAsync($"SELECT to_jsonb(t)::text FROM {table} t", row => row.GetString(0), None);
            // The chain has ids of decisions only.
            if (table != "decision_chain")
                Assert.True(all.Exists(row => theirs.Secrets.Any(row.Contains)), $"{table} has no row of the other operator: the test shows nothing");
            Assert.True(seen.Count > 0 && seen.Count < all.Count, $"{table}: {seen.Count} of {all.Count} rows are shown");
            Assert.DoesNotContain(seen, row => theirs.Secrets.Any(row.Contains));
        }
    }

    [Fact]
    public async Task AStatementWithoutWhereChangesNothingOfAnotherOperator()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var (ours, theirs) = (await OperatorData.AddAsync(database, "ours"), await OperatorData.AddAsync(database, "theirs"));
        var own = new TenantDatabase(database.DataSource, Tenant.Of(ours.Operator));
        Assert.Equal(1, await own.ExecuteAsync("UPDATE compute_workloads SET status = 'cancelling'", None));
        Assert.Equal(1, await own.ExecuteAsync("UPDATE users SET user_name = 'x'", None));
        Assert.Equal(1, await own.ExecuteAsync("UPDATE agents SET status = 'ERROR'", None));
        Assert.Equal(1, await own.ExecuteAsync("DELETE FROM storage_assets", None));
        Assert.Equal(Status.Queued, (await database.FindAsync(theirs.Workload)).Status);
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM agents WHERE status = 'ERROR'"));
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM storage_assets"));
    }

    [Theory]
    [InlineData("INSERT INTO data_centres (dc_id, name, operator_id) VALUES ('x', 'x', $1)")]
    [InlineData("INSERT INTO compute_workloads (workload_name, operator_id) VALUES ('x', $1)")]
    [InlineData("UPDATE storage_assets SET operator_id = $1")]
    [InlineData("INSERT INTO operators (name) VALUES ($1::text)")]
    public async Task NoRowIsGivenToAnotherOperator(string sql)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var (ours, theirs) = (await OperatorData.AddAsync(database, "ours"), await OperatorData.AddAsync(database, "theirs"));
        var own = new TenantDatabase(database.DataSource, Tenant.Of(ours.Operator));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => own.ExecuteAsync(sql, None, theirs.Operator));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Fact]
    public async Task TheRoleOfCallersSeesNothingWithoutAnOperator()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        await OperatorData.AddAsync(database, "ours");
        await using var connection = await database.DataSource.OpenConnectionAsync(None);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands = { new NpgsqlBatchCommand("SELECT set_config('role', 'pylon_caller', true)"), new NpgsqlBatchCommand("SELECT count(*) FROM compute_workloads") },
        };
        await Assert.ThrowsAsync<PostgresException>(() => batch.ExecuteNonQueryAsync(None));
    }

    [Fact]
    public async Task AConnectionForgetsItsCaller()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var ours = await OperatorData.AddAsync(database, "ours");
        await OperatorData.AddAsync(database, "theirs");
        var own = database.Workloads.Of(Tenant.Of(ours.Operator));
        for (var i = 0; i < 10; i++)
        {
            Assert.Single(await own.PageAsync(null, [], 10, None));
            Assert.Equal(2, (await database.Workloads.PageAsync(null, [], 10, None)).Count);
        }
    }

    [Fact]
    public async Task ARequestIdOfAnotherOperatorIsUsed()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var ours = await OperatorData.AddAsync(database, "ours");
        var request = Guid.NewGuid();
        await database.Workloads.SubmitAsync(request, new WorkloadRecord { Id = Guid.Empty, Name = "first" }, None);
        var refused = await Assert.ThrowsAsync<RefusalException>(
            () => database.Workloads.Of(Tenant.Of(ours.Operator)).SubmitAsync(request, new WorkloadRecord { Id = Guid.Empty, Name = "first", OperatorId = ours.Operator }, None));
        Assert.Equal("REQUEST_ID_REUSED", refused.Refusal.Reason);
    }

    [Fact]
    public async Task AUserOfAnotherOperatorIsNotLinked()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var (ours, theirs) = (await OperatorData.AddAsync(database, "ours"), await OperatorData.AddAsync(database, "theirs"));
        var own = database.Workloads.Of(Tenant.Of(ours.Operator));
        var asked = new WorkloadRecord { Id = Guid.Empty, Name = "x", OperatorId = ours.Operator };
        Assert.Null((await own.SubmitAsync(Guid.NewGuid(), asked with { UserEmail = $"somebody@{theirs.Name}.example" }, None)).UserId);
        Assert.Equal(ours.User, (await own.SubmitAsync(Guid.NewGuid(), asked with { UserEmail = $"somebody@{ours.Name}.example" }, None)).UserId);
        var made = (await own.SubmitAsync(Guid.NewGuid(), asked with { UserEmail = "new@example.org" }, None)).UserId;
        Assert.Equal(ours.Operator, await database.ScalarAsync<Guid>("SELECT operator_id FROM users WHERE id = $1", made));
        // The built-in operator is one, too.
        var builtIn = await database.Workloads.Of(Tenant.Of(Tenant.BuiltIn)).SubmitAsync(
            Guid.NewGuid(), new WorkloadRecord { Id = Guid.Empty, Name = "x", UserEmail = $"somebody@{theirs.Name}.example" }, None);
        Assert.Null(builtIn.OperatorId);
        Assert.Null(builtIn.UserId);
    }
}
