using Grpc.Core;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Tests.Running;

public sealed class ServiceTests
{
    [Fact]
    public async Task RepeatedRequestGivesTheSameWorkloadAndAnotherIsRefused()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var request = new SubmitWorkloadRequest { RequestId = Guid.NewGuid().ToString(), WorkloadName = "once", ComputeLoadMw = 1.5 };
        var first = (await stack.Workloads.SubmitWorkloadAsync(request)).Workload;
        Assert.Equal(first.Id, (await stack.Workloads.SubmitWorkloadAsync(request)).Workload.Id);
        request.ComputeLoadMw = 2;
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await stack.Workloads.SubmitWorkloadAsync(request));
        Assert.Equal(StatusCode.AlreadyExists, refused.StatusCode);
    }

    [Fact]
    public async Task ManyAtOnceWithOneNewAddressAreOneUser()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        for (var round = 0; round < 5; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(n => stack.Workloads.SubmitWorkloadAsync(
                new SubmitWorkloadRequest { WorkloadName = $"w{n}", UserEmail = n % 2 == 0 ? $"new{round}@example.org" : $"NEW{round}@example.org" }).ResponseAsync));
            Assert.Equal(1L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM users WHERE lower(email) = $1", $"new{round}@example.org"));
            Assert.Equal(20L, await stack.Database.ScalarAsync<long>(
                "SELECT count(*) FROM compute_workloads w JOIN users u ON u.id = w.user_id WHERE lower(u.email) = $1", $"new{round}@example.org"));
        }
    }

    [Fact]
    public async Task WatcherSeesTheWorkloadToItsEnd()
    {
        await using var stack = await OrchestratorStack.StartAsync("async");
        var id = await stack.SubmitAsync();
        using var watch = stack.Workloads.WatchWorkload(new WatchWorkloadRequest { Id = id }, deadline: DateTime.MaxValue);
        var seen = new List<WorkloadStatus>();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await foreach (var change in watch.ResponseStream.ReadAllAsync(limit.Token))
        {
            seen.Add(change.Workload.Status);
            if (change.Workload.Status == WorkloadStatus.PendingUserChoice)
                await stack.ChooseAsync(id, 2);
        }

        Assert.Equal(WorkloadStatus.Scheduled, seen[^1]);
        Assert.Contains(WorkloadStatus.PendingUserChoice, seen);
        Assert.Equal(seen.Order(), seen);
    }

    [Fact]
    public async Task ListIsPagedThroughItsTokens()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.Database.ExecuteAsync("INSERT INTO compute_workloads (workload_name, bpp_processed) SELECT 'w' || n, true FROM generate_series(1, 7) n");
        var request = new ListWorkloadsRequest { PageSize = 3, Status = { WorkloadStatus.Queued } };
        var ids = new List<string>();
        do
        {
            var page = await stack.Workloads.ListWorkloadsAsync(request);
            ids.AddRange(page.Workloads.Select(w => w.Id));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        Assert.Equal((7, 7), (ids.Count, ids.Distinct().Count()));
    }

    [Fact]
    public async Task WrongListIsRefused()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        foreach (var wrong in new[] { new ListWorkloadsRequest { PageToken = "x" }, new() { PageSize = -1 }, new() { Status = { (WorkloadStatus)99 } } })
        {
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await stack.Workloads.ListWorkloadsAsync(wrong));
            Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        }
    }

    [Fact]
    public async Task OnlyAFailedWorkloadIsReplayed()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var offered = await stack.OfferedAsync();
        var refused = await Assert.ThrowsAsync<RpcException>(() => stack.ReplayAsync(offered.Id));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
    }
}
