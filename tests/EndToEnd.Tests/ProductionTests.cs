using System.Net;
using Pylon.Access;
using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests;

/// <summary>All of Pylon in production: with everything that it needs, a workload goes through its flow with a key, and nothing without one.</summary>
public sealed class ProductionTests
{
    private const string Workload = """{"workload_name": "train the model", "workload_type": "TRAINING_RUN", "urgency": "URGENCY_HIGH", "required_gpu_mins": 90}""";

    [Fact]
    public async Task AWorkloadIsPlacedWithAKeyAndRefusedWithoutOne()
    {
        await using var database = await TestDatabase.CreateAsync();
        var redis = await TestRedis.CreateAsync();
        var key = ApiKey.Create().Text;
        await using var stack = await TestStack.StartAsync(
            "production",
            new StackServers(database.Uri, database.ConnectionString, redis.ConnectionString),
            orchestrators: 1,
            new Dictionary<string, string>
            {
                ["PYLON_ENVIRONMENT"] = "Production",
                ["PYLON_INTERNAL_KEY"] = new('k', 43),
                ["PYLON_BOOTSTRAP_KEY"] = key,
                ["PYLON_API_KEY"] = key,
                ["PYLON_TRUSTED_PROXIES"] = "127.0.0.1",
                ["Cors__Origins"] = "none",
                ["SANDBOX_WORKERS"] = "off",
                // The test asks for the state of its workload again and again.
                ["Limits__KeyBurst"] = "10000",
            });
        using var nobody = new GatewayClient(stack.Url);

        var (refused, problem) = await nobody.PostAsync("/api/v1/workloads", Workload);
        var (taken, answer) = await stack.Gateway.PostAsync("/api/v1/workloads", Workload);

        Assert.Equal((HttpStatusCode.Unauthorized, "CREDENTIALS_MISSING"), (refused, problem["reason"]!.GetValue<string>()));
        Assert.Equal(HttpStatusCode.OK, taken);
        // Through the guard, to a provider and a registry on loopback.
        var workload = await stack.Gateway.UntilAsync(answer["workload"]!["id"]!.GetValue<string>(), "PENDING_USER_CHOICE");
        Assert.Equal(3, GatewayClient.Recommendations(workload).Count);
    }
}
