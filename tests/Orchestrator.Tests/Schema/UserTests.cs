namespace Pylon.Orchestrator.Tests.Schema;

public sealed class UserTests
{
    [Fact]
    public async Task UserIsMadeOnceForAnAddressAndCountedWithItsOperator()
    {
        await using var database = await OrchestratorDatabase.CreateAsync();

        await database.Server.ExecuteAsync(
            """
            INSERT INTO orchestrator.compute_workloads (workload_name, status, bpp_processed, user_email) VALUES
                ('a', 'queued', false, 'ada@example.org'), ('b', 'queued', false, 'Ada@Example.org'), ('c', 'queued', false, 'bob@example.org'), ('d', 'queued', false, NULL);
            INSERT INTO orchestrator.operators (name) VALUES ('Analytical Engines');
            UPDATE orchestrator.users SET operator_id = (SELECT id FROM orchestrator.operators) WHERE email = 'ada@example.org';
            """);

        Assert.Equal(
            ["ada@example.org Analytical Engines 2 2", "bob@example.org  1 1"],
            await database.Server.ScalarAsync<string[]>(
                "SELECT array_agg(format('%s %s %s %s', user_email, operator_name, workloads, open_workloads) ORDER BY user_email) FROM orchestrator.user_workload_summary") ?? []);
        Assert.Equal(
            "Analytical Engines 1 2 0",
            await database.Server.ScalarAsync<string>("SELECT format('%s %s %s %s', operator_name, users, workloads, scheduled_workloads) FROM orchestrator.operator_summary"));
    }
}
