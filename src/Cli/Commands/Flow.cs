using Pylon.Cli.Output;
using Pylon.Client;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary>Waits for the states of a workload.</summary>
internal static class Flow
{
    /// <summary>True when it waits for its user.</summary>
    public static bool WaitsForChoice(Workload workload) => workload.Status == WorkloadStatus.PendingUserChoice;

    /// <summary>True when its bookings change only if the user asks for it.</summary>
    public static bool IsSettled(Workload workload) => workload.Status is WorkloadStatus.Scheduled or WorkloadStatus.Failed or WorkloadStatus.Cancelled;

    /// <summary>True when its phases have ended as well.</summary>
    public static bool IsOver(Workload workload) => IsSettled(workload)
        && (workload.Status != WorkloadStatus.Scheduled || workload.Run is null || workload.Run.State is RunState.Completed or RunState.Failed or RunState.Cancelled);

    /// <summary>True when nothing can be offered for it, or its run failed.</summary>
    public static bool HasFailed(Workload workload) => workload.Status == WorkloadStatus.Failed || workload.Run?.State == RunState.Failed;

    /// <summary>The workload when it passes the test or has failed for good; as it is when the time is over.</summary>
    public static async Task<(Workload Workload, bool InTime)> WaitAsync(
        PylonClient client, Workload workload, Func<Workload, bool> reached, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            await foreach (var state in client.WatchWorkloadAsync(workload.Id, followRun: true, cancellationToken: stop.Token))
            {
                workload = state;
                if (reached(workload) || workload.Status is WorkloadStatus.Failed or WorkloadStatus.Cancelled)
                    return (workload, true);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (workload, false);
        }

        return (workload, reached(workload));
    }

    /// <summary>The workload when it passes the test.</summary>
    /// <exception cref="CommandException">It failed, or the time limit has passed.</exception>
    public static async Task<Workload> UntilAsync(
        PylonClient client, Workload workload, Func<Workload, bool> reached, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        (workload, var inTime) = await WaitAsync(client, workload, reached, limit, time, cancellationToken);
        if (reached(workload))
            return workload;
        var state = inTime ? Words.Of(workload.Status) : $"still {Words.Of(workload.Status)} after {Figures.Length(limit)}";
        throw new CommandException($"workload {workload.Id} is {state}{(workload.FailureReason.Length > 0 ? $": {workload.FailureReason}" : "")}");
    }
}
