using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>An attempt that the end of the process interrupts is no error: another instance takes the workload up.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task StopDuringACallToIngestionLogsNoErrorAndReleasesTheWorkload()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        stack.Ingestion.Stalled = new TaskCompletionSource();
        var id = await stack.SubmitAsync();
        await Eventually.True(() => stack.Ingestion.Waiting == 1);
        var before = stack.Log.Lines.Count;

        await stack.StopOrchestratorAsync();

        var logged = stack.Log.Lines.Skip(before).ToList();
        Assert.NotEmpty(logged);
        Assert.DoesNotContain(logged, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Warning", StringComparison.Ordinal));
        stack.Ingestion.Stalled = null;
        await stack.StartOrchestratorAsync();
        Assert.Equal(0, (await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice)).Attempts);
    }

    [Fact]
    public async Task CallToIngestionThatOutlastsTheAttemptIsAnAttemptThatTookTooLong()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--Bpp:MaxAttemptDuration=00:00:00.5", "--Bpp:MaxAttempts=1");
        stack.Ingestion.Stalled = new TaskCompletionSource();

        var failed = await stack.UntilAsync(await stack.SubmitAsync(), WorkloadStatus.Failed);

        Assert.Equal("the attempt took longer than 00:00:00.5000000", failed.FailureReason);
    }
}
