using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests;

/// <summary>All of Pylon behind a PgBouncer that pools transactions.</summary>
public sealed class PoolerTests
{
    private static readonly string[] Schemas = ["ingestion", "orchestrator", "conductor", "insights"];

    [Fact]
    public async Task AWorkloadIsPlacedAndRunsToItsEnd()
    {
        await using var database = await TestDatabase.CreateAsync();
        var redis = await TestRedis.CreateAsync();
        var server = PostgresUri.Parse(database.Uri);
        // Fewer connections than each service has workers.
        await using var pooler = await PrivatePgBouncer.StartThrowawayAsync(
            $"host={server.Host} port={server.Port} dbname={server.Database} user={server.Username}", Schemas, "transaction", poolSize: 4, new Quiet()).Within(TimeSpan.FromMinutes(3));
        await using var stack = await TestStack.StartAsync(
            "pooler",
            new StackServers($"postgresql://pylon@{pooler.Address}/{{schema}}", database.ConnectionString, redis.ConnectionString),
            replicas: [],
            new Dictionary<string, string> { ["PYLON_POSTGRES_DIRECT"] = database.Uri });

        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => stack.Gateway.SubmitAsync(new { workload_name = $"pooled {n}", workload_type = "TRAINING_RUN", required_gpu_mins = 60 })));
        foreach (var id in ids)
        {
            Assert.Equal(3, GatewayClient.Recommendations(await stack.Gateway.UntilAsync(id, "PENDING_USER_CHOICE")).Count);
            await stack.Gateway.PostAsync($"/api/v1/workloads/{id}:choose", """{"option": 1}""");
        }

        // The workers of the Sandbox do the phases.
        foreach (var id in ids)
            await Eventually.Is(() => stack.Gateway.WorkloadAsync(id), workload => workload["run"]!["state"]!.GetValue<string>() == "RUN_STATE_COMPLETED", TimeSpan.FromMinutes(2), "the run ends");
    }

    private sealed class Quiet : IStackReporter;
}
