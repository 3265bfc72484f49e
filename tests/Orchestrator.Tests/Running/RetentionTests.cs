using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

public sealed class RetentionTests
{
    [Fact]
    public async Task WhatIsOverIsRemovedAndTheWorkloadCanStillBeCancelled()
    {
        await using var stack = await OrchestratorStack.StartAsync(
            "sync", "--Retention:Interval=00:00:00.1", "--Retention:Answers=00:00:00", "--Retention:Notifications=00:00:00", "--Retention:Batch=2");
        var offered = await stack.OfferedAsync();
        Assert.Equal(0L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM beckn_messages WHERE answer_removed"));
        await stack.ChooseAsync(offered.Id, 2);
        await Eventually.True(async () => await stack.Database.ScalarAsync<long>("SELECT count(*) FROM beckn_messages WHERE NOT answer_removed") == 0);
        await Eventually.True(async () => await stack.Database.ScalarAsync<long>("SELECT count(*) FROM workload_notifications") == 0);
        Assert.Equal(WorkloadStatus.Cancelled, (await stack.CancelAsync(offered.Id)).Status);
        Assert.DoesNotContain("CONFIRMED", await stack.OrderStatesAsync(offered.Id));
    }
}
