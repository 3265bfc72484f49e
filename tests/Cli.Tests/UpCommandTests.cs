using Grpc.Core;
using Pylon.Cli.Commands;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Tests;

public sealed class UpCommandTests
{
    private readonly Terminal _terminal = new();

    [Fact]
    public async Task FirstWorkloadShowsItsRecommendations()
    {
        Samples.Answer(_terminal.Calls);

        Assert.Null(await UpCommand.FailureOfFlowAsync(_terminal.Context, CancellationToken.None));

        Assert.Contains($"Choose one with: ./pylon choose {Samples.Id} 1", _terminal.Lines);
    }

    [Fact]
    public async Task FirstWorkloadThatFailsIsAReasonAndDoesNotEndTheStack()
    {
        Samples.Answer(_terminal.Calls);
        _terminal.Calls.OnStream("WatchWorkload", new WatchWorkloadResponse { Workload = new Workload { Id = "7c9e6679", Status = WorkloadStatus.Failed, FailureReason = "no provider" } });

        Assert.Equal("workload 7c9e6679 is failed: no provider", await UpCommand.FailureOfFlowAsync(_terminal.Context, CancellationToken.None));
    }

    [Fact]
    public async Task AServiceThatRefusesIsAReasonToo()
    {
        _terminal.Calls.Failure = FakeCalls.Error(StatusCode.Unavailable, "no connection");

        Assert.Contains("no connection", await UpCommand.FailureOfFlowAsync(_terminal.Context, CancellationToken.None), StringComparison.Ordinal);
    }

    [Fact]
    public async Task StackThatIsStoppedMeanwhileIsNotAFailure() => await Assert.ThrowsAnyAsync<OperationCanceledException>(
        () => UpCommand.FailureOfFlowAsync(_terminal.Context, new CancellationToken(canceled: true)));
}
