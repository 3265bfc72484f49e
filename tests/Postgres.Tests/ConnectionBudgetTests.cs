using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Pylon.Testing;

namespace Pylon.Postgres.Tests;

public sealed class ConnectionBudgetTests
{
    [Theory]
    [InlineData(null, 20, 100, 3, 80, 90, false)]
    [InlineData("orchestrator=4", 20, 100, 3, 140, 90, true)]
    [InlineData("orchestrator=4, insights=2,conductor=2,ingestion=2", 20, 300, 3, 200, 290, false)]
    [InlineData("insights=0", 30, 100, 10, 90, 90, false)]
    [InlineData("insights=0", 30, 100, 11, 90, 89, true)]
    public void PoolsOfAllProcessesAreComparedWithWhatTheServerHas(string? replicas, int pool, int max, int reserved, int wanted, int limit, bool isOver)
    {
        var budget = ConnectionBudget.Of(Replicas.Parse(replicas), pool, max, reserved);

        Assert.Equal((wanted, limit, isOver), (budget.Wanted, budget.Limit, budget.IsOver));
    }

    [Theory]
    [InlineData("gateway=2")]
    [InlineData("orchestrator")]
    [InlineData("orchestrator=-1")]
    [InlineData("orchestrator=many")]
    [InlineData("orchestrator=2=3")]
    public async Task ANumberOfProcessesThatCannotBeReadStopsTheStart(string replicas)
    {
        await using var services = Services("postgresql://h/d", replicas);

        var error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.StartsWith($"PYLON_REPLICAS is '{replicas}': must be services of", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheStartComputesItOfTheServerAndHealthSaysIt()
    {
        await using var database = await TestDatabase.CreateAsync();
        var max = int.Parse((await database.ScalarAsync<string>("SHOW max_connections"))!);
        await using var services = Services(database.Uri, $"orchestrator={max}");

        await services.GetRequiredService<ConnectionBudgetStep>().StartAsync(CancellationToken.None);

        var budget = services.GetRequiredService<ConnectionBudgetStep>().Budget!;
        Assert.Equal(((max + 3) * 20, max - 10, true), (budget.Wanted, budget.Limit, budget.IsOver));
        var health = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal($"Pylon may hold {budget.Wanted} connections of {budget.Limit}", health.Entries["postgres"].Description);
    }

    [Fact]
    public async Task AServerThatIsAwayStopsNoStart()
    {
        await using var services = Services("postgresql://pylon@127.0.0.1:1/none", null);

        await services.GetRequiredService<ConnectionBudgetStep>().StartAsync(CancellationToken.None);

        Assert.Null(services.GetRequiredService<ConnectionBudgetStep>().Budget);
    }

    private static ServiceProvider Services(string server, string? replicas) => new ServiceCollection()
        .AddLogging()
        .AddPostgres(new ConfigurationBuilder().AddInMemoryCollection([new("PYLON_POSTGRES", server), new("PYLON_REPLICAS", replicas)]).Build(), "public")
        .BuildServiceProvider();
}
