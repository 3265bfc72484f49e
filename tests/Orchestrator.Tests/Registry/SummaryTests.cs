using Grpc.Core;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Tests.Registry;

public sealed class SummaryTests(RegistryStack registry) : IClassFixture<RegistryStack>
{
    [Fact]
    public async Task SumsAreThoseOfTheWorkloadsWithoutTheSyntheticOnes()
    {
        var owner = await registry.OperatorAsync();
        var user = (await registry.Client.CreateUserAsync(new CreateUserRequest { User = new User { UserEmail = $"{Guid.NewGuid()}@example.org", OperatorId = owner.Id } })).User;
        await registry.DataCentreAsync(d => d.OperatorId = owner.Id);
        await registry.Stack.Database.ExecuteAsync(
            """
            INSERT INTO compute_workloads (workload_name, bpp_processed, user_email, source, estimated_energy_kwh, actual_energy_kwh, actual_carbon_gco2,
                actual_cost_gbp, saved_gco2, saved_gbp, completed_at)
            SELECT name, true, $1, source, 4, actual, actual * 100, actual / 2, actual * 10, CASE WHEN actual IS NOT NULL THEN -1 END, ended
            FROM (VALUES ('done', 'user', 3::float8, now()), ('waiting', 'user', NULL, NULL), ('made up', 'synthetic', 1000, now())) w (name, source, actual, ended)
            """,
            user.UserEmail);
        await registry.Stack.Database.ExecuteAsync(
            "INSERT INTO compute_workloads (workload_name, bpp_processed, operator_id, estimated_energy_kwh) VALUES ('own', true, $1, 2)", Guid.Parse(owner.Id));
        await registry.Stack.Database.ExecuteAsync("INSERT INTO users (email, operator_id, source) VALUES ($1, $2, 'synthetic')", $"{Guid.NewGuid()}@example.org", Guid.Parse(owner.Id));
        await registry.Stack.Database.ExecuteAsync("INSERT INTO data_centres (dc_id, name, operator_id, source) VALUES ($1, 'x', $2, 'synthetic')", $"{Guid.NewGuid()}", Guid.Parse(owner.Id));

        var ofUser = (await registry.Client.GetUserSummaryAsync(new GetUserSummaryRequest { Id = user.Id })).Summary;
        var ofOperator = (await registry.Client.GetOperatorSummaryAsync(new GetOperatorSummaryRequest { Id = owner.Id })).Summary;

        Assert.Equal((owner.Name, 2, 1, 0, 1), (ofUser.OperatorName, ofUser.TotalWorkloads, ofUser.CompletedWorkloads, ofUser.RunningWorkloads, ofUser.PendingWorkloads));
        Assert.Equal((7, 0.3, 1.5, 0.03, -1), (ofUser.Sums.EnergyKwh, ofUser.Sums.CarbonKg, ofUser.Sums.CostGbp, ofUser.Sums.SavedCarbonKg, ofUser.Sums.SavedGbp));
        Assert.Equal((1, 1, 3, 2, 9.0), (ofOperator.UserCount, ofOperator.AssetCount, ofOperator.WorkloadCount, ofOperator.ActiveWorkloads, ofOperator.Sums.EnergyKwh));
        Assert.Equal(ofUser.Sums.SavedCarbonKg, ofOperator.Sums.SavedCarbonKg);
    }

    [Fact]
    public async Task SyntheticOperatorAndUserHaveNoSummary()
    {
        var (owner, user) = (Guid.NewGuid(), Guid.NewGuid());
        await registry.Stack.Database.ExecuteAsync("INSERT INTO operators (id, name, source) VALUES ($1, $1::text, 'synthetic')", owner);
        await registry.Stack.Database.ExecuteAsync("INSERT INTO users (id, email, source) VALUES ($1, $1::text || '@example.org', 'synthetic')", user);

        Assert.Equal(StatusCode.NotFound, (await RegistryStack.RefusedAsync(registry.Client.GetOperatorSummaryAsync(new GetOperatorSummaryRequest { Id = $"{owner}" }))).Code);
        Assert.Equal(StatusCode.NotFound, (await RegistryStack.RefusedAsync(registry.Client.GetUserSummaryAsync(new GetUserSummaryRequest { Id = $"{user}" }))).Code);
        Assert.Equal(RecordSource.Synthetic, (await registry.Client.GetUserAsync(new GetUserRequest { Id = $"{user}" })).User.Source);
    }
}
