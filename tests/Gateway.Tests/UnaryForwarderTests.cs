using Grpc.Core;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Gateway.Tests;

public sealed class UnaryForwarderTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private WorkloadService.WorkloadServiceClient Client => new(fixture.Gateway.Grpc);

    // Around the size from which on a message is copied in pieces.
    [Theory]
    [InlineData(0)]
    [InlineData((64 * 1024) - 20)]
    [InlineData((64 * 1024) - 5)]
    [InlineData(64 * 1024)]
    [InlineData(3_000_000)]
    public async Task MessagesOfAnySizePassBothWays(int size)
    {
        var text = new string('x', size);

        var answer = await Client.SubmitWorkloadAsync(new SubmitWorkloadRequest { Request = text });

        Assert.True(text == answer.Workload.Request);
    }

    [Fact]
    public async Task ManyCallsAtOnceDoNotSeeEachOther()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(async n => (n, (await Client.GetWorkloadAsync(new GetWorkloadRequest { Id = $"{n}" })).Workload.Id)));

        Assert.All(answers, answer => Assert.Equal($"{answer.n}", answer.Id));
    }

    [Fact]
    public async Task TrailersReachTheCaller()
    {
        using var call = Client.GetWorkloadAsync(new GetWorkloadRequest { Id = "x" });
        await call.ResponseAsync;

        Assert.Equal("yes", call.GetTrailers().GetValue("after"));
    }

    [Fact]
    public async Task CallerThatLeavesEndsTheCallAtTheService()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var call = new WorkloadService.WorkloadServiceClient(gateway.Grpc).GetWorkloadAsync(new GetWorkloadRequest { Id = "hang" });
        await gateway.Fakes.Entered.Task.Within();

        call.Dispose();

        await gateway.Fakes.Cancelled.Task.Within();
    }

    [Fact]
    public async Task AServiceIsToldTheBoundOfACallWithoutADeadline()
    {
        await using var gateway = await TestGateway.StartAsync("--Proxy:UnaryTimeout=00:00:01");

        var error = await Assert.ThrowsAsync<RpcException>(async () => await new WorkloadService.WorkloadServiceClient(gateway.Grpc).GetWorkloadAsync(new GetWorkloadRequest { Id = "hang" }));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.True(gateway.Fakes.Deadline < DateTime.MaxValue);
    }

    [Fact]
    public async Task DeadlineReachesTheService()
    {
        await using var gateway = await TestGateway.StartAsync();

        var error = await Assert.ThrowsAsync<RpcException>(async () => await new WorkloadService.WorkloadServiceClient(gateway.Grpc).GetWorkloadAsync(
            new GetWorkloadRequest { Id = "hang" }, deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(2)));

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        await gateway.Fakes.Cancelled.Task.Within();
        Assert.True(gateway.Fakes.Deadline < DateTime.MaxValue);
    }

    [Fact]
    public async Task AnswerThatIsCutOffIsUnavailable()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () => await Client.GetWorkloadAsync(new GetWorkloadRequest { Id = "cut" }));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }
}
