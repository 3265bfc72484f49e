namespace Pylon.Orchestrator.Tests.Schema;

/// <summary>Rows as the seeds' own scripts write them.</summary>
public sealed class SeedScriptTests
{
    private const string OwnOperator = "INSERT INTO operators (name, operator_type, email) VALUES ('Grid', 'GRID_OPERATOR', 'grid@example.org');";

    private const string Inserts =
        """
        INSERT INTO operators (operator_name, operator_type, contact_email, metadata) VALUES
            ('Cambridge Lab', 'research_institution', 'admin@example.org', '{"location": "Cambridge"}'),
            ('Manchester Data Center', 'data_center', 'ops@example.org', '{"location": "Manchester"}')
        ON CONFLICT (operator_name) DO NOTHING;
        INSERT INTO users (user_email, user_name, operator_id, role, preferences)
        SELECT 'researcher1@example.org', 'Sarah', o.id, 'researcher', '{"max_carbon_intensity": 150, "prefer_renewable": true}'::jsonb
        FROM operators o WHERE o.operator_name = 'Cambridge Lab'
        ON CONFLICT (user_email) DO NOTHING;
        INSERT INTO data_centres (dc_id, name, operator_id, region_id, location_region, pue, total_capacity_teraflops, flexibility_rating)
        SELECT 'DC-1', 'One', id, 13, 'London', 1.2, 1000, 0.5 FROM operators WHERE name = 'Grid'
        ON CONFLICT (dc_id) DO NOTHING;
        INSERT INTO agents (agent_id, name, agent_type, operator_id, config, current_task)
        SELECT 'AG-1', 'One', 'COMPUTE_ORCHESTRATOR', id, '{}', '{"job": 1}' FROM operators WHERE name = 'Grid'
        ON CONFLICT (agent_id) DO NOTHING;
        INSERT INTO agent_states (agent_id, status, state_data, triggered_by) SELECT id, 'ACTIVE', '{}', 'start' FROM agents;
        INSERT INTO storage_assets (asset_id, name, operator_id, region_id, capacity_mwh) SELECT 'S-1', 'One', id, 1, 10 FROM operators WHERE name = 'Grid'
        ON CONFLICT (asset_id) DO NOTHING;
        INSERT INTO compute_workloads (job_id, operator_id, host_dc_id, workload_type, urgency, required_gpu_mins, required_cpu_cores, required_memory_gb,
            estimated_energy_kwh, carbon_cap_gco2, max_price_gbp, deadline, deferral_window_mins, status, created_at)
        SELECT 'JOB-12345', operator_id, id, 'TRAINING_RUN', 'CRITICAL', 1200, 8, 64, 12.5, 100, 50, now() + interval '1 day', 30, 'PENDING', '2026-01-02 03:04:05+00'
        FROM data_centres
        ON CONFLICT (job_id) DO NOTHING;
        """;

    [Fact]
    public async Task InsertsOfTheSeedsRunAndRunAgain()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();

        await database.ExecuteAsync(OwnOperator + Inserts);
        await database.ExecuteAsync(Inserts);

        Assert.Equal(
            "JOB-12345 JOB-12345 queued 2026-01-02 2026-01-02",
            await database.ScalarAsync<string>("SELECT concat_ws(' ', job_id, workload_name, status, submitted_at::date, created_at::date) FROM compute_workloads"));
        Assert.Equal(
            "Cambridge Lab 1 0 0 0|Grid 0 2 1 1|Manchester Data Center 0 0 0 0",
            await database.ScalarAsync<string>(
                "SELECT string_agg(concat_ws(' ', operator_name, user_count, asset_count, workload_count, active_workloads), '|' ORDER BY operator_name) FROM operator_summary"));
        Assert.Equal("1 1 t", await database.ScalarAsync<string>("SELECT concat_ws(' ', active_dcs, active_workloads, online_agents = (SELECT count(*) FROM agents)) FROM v_system_state"));
    }

    [Theory]
    [InlineData("operators", "name", "operator_name", "'two'")]
    [InlineData("users", "email", "user_email", "'two@example.org'")]
    public async Task NameAndItsOtherNameAgree(string table, string one, string other, string changed)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        foreach (var (set, read) in new[] { (one, other), (other, one) })
        {
            await database.ExecuteAsync($"INSERT INTO {table} ({set}) VALUES ('one@example.org')");
            Assert.Equal("one@example.org", await database.ScalarAsync<string>($"SELECT {read} FROM {table}"));
            await database.ExecuteAsync($"UPDATE {table} SET {set} = {changed}");
            Assert.Equal(changed.Trim('\''), await database.ScalarAsync<string>($"SELECT {read} FROM {table}"));
            await database.ExecuteAsync($"DELETE FROM {table}");
        }

        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => database.ExecuteAsync($"INSERT INTO {table} ({one}, {other}) VALUES ('a@b.org', 'b@b.org')"));
    }

    [Theory]
    [InlineData("DEFERRED_GRID_STRESS")]
    [InlineData("RUNNING")]
    public async Task WorkloadThatTheSeedHasBeyondItsBeginIsRefused(string status)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => database.ExecuteAsync("INSERT INTO compute_workloads (job_id, status) VALUES ('a', $1)", status));

        Assert.Contains($"begins as queued, not as {status}", refused.MessageText, StringComparison.Ordinal);
    }
}
