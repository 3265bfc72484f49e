using System.Diagnostics;
using Pylon.Cli.Client;

namespace Pylon.Cli.Commands;

/// <summary>Submits a workload and waits for its states.</summary>
internal static class Flow
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static Task<Workload> SubmitAsync(PylonClient client, string name, CancellationToken cancellationToken) => client.SubmitAsync(
        new Submission(Guid.NewGuid().ToString(), name, "TRAINING_RUN"), cancellationToken);

    /// <summary>The workload when it passes the test.</summary>
    /// <exception cref="ApiException">It failed, or the time limit has passed.</exception>
    public static async Task<Workload> UntilAsync(
        PylonClient client, string id, Func<Workload, bool> reached, TimeSpan limit, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var workload = await client.GetAsync(id, cancellationToken);
            if (reached(workload))
                return workload;
            if (workload.State is "failed" or "cancelled")
                throw new ApiException($"workload {id} is {workload.State}: {workload.FailureReason}");
            if (clock.Elapsed > limit)
                throw new ApiException($"workload {id} is still {workload.State} after {limit.TotalSeconds:0} s. {workload.FailureReason}".TrimEnd());
            await Task.Delay(Pause, cancellationToken);
        }
    }
}
