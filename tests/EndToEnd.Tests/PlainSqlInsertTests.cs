using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;

namespace Pylon.EndToEnd.Tests;

/// <summary>The plain SQL insert that the documentation of the BPP orchestrator shows.</summary>
public sealed class PlainSqlInsertTests(SharedStack stack) : SharedStackTests(stack)
{
    [Fact]
    public async Task InsertedRowIsClaimedAtItsNotificationAndGetsThreeZones()
    {
        // No poll, lease or retry comes within the time limit of this test (SharedStack): only the notification starts it.
        await Stack.Database.ExecuteAsync(
            "INSERT INTO compute_workloads (workload_name, status, bpp_processed) VALUES ('Test ML Training Job','queued',false);");
        var inserted = await Stack.Database.QueryAsync("SELECT id FROM compute_workloads WHERE workload_name = 'Test ML Training Job'");
        var id = Assert.IsType<Guid>(Assert.Single(inserted)[0]).ToString();

        await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");

        var row = Assert.Single(await Stack.Database.QueryAsync(
            """
            SELECT status, bpp_processed, recommended_1_grid_zone_id, recommended_2_grid_zone_id, recommended_3_grid_zone_id, llm_select_init_confirm
            FROM compute_workloads WHERE workload_name = 'Test ML Training Job'
            """));
        Assert.Equal("pending_user_choice", row[0]);
        Assert.Equal(true, row[1]);
        var zones = row[2..5].Select(Assert.IsType<Guid>).ToList();
        Assert.Equal(3, zones.Distinct().Count());
        Assert.Equal(3, await Stack.Database.CountAsync("SELECT count(*) FROM grid_zones WHERE id = ANY ($1)", zones));
        Assert.NotEmpty(Assert.IsType<string>(row[5]));
    }
}
