using Pylon.Postgres;

namespace Pylon.Orchestrator.Workloads;

/// <summary>Signals the changes of workloads, and the answers to Beckn messages, to <see cref="Changes{TKey}"/>. One LISTEN connection serves all.</summary>
internal sealed class RowChanges(Listener listener, Changes<Guid> changes) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(10);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        listener.RunAsync(["workload_changed", "beckn_answer"], OnSignalAsync, Poll, stoppingToken);

    private Task OnSignalAsync(ListenSignal signal, CancellationToken cancellationToken)
    {
        // After a gap in the connection anything may have changed.
        if (signal.Reason == ListenReason.Connected)
            changes.SignalAll();
        foreach (var notification in signal.Notifications)
        {
            if (Guid.TryParse(notification.Payload, out var id))
                changes.Signal(id);
        }

        return Task.CompletedTask;
    }
}
