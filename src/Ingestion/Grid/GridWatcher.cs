using Pylon.Ingestion.Regional;
using Pylon.Postgres;

namespace Pylon.Ingestion.Grid;

/// <summary>
/// The latest state of all regions, read once for all watchers: when the tables change, and often enough to notice the
/// next half hour. A slow watcher gets the last state and none of those that it missed.
/// </summary>
internal sealed class GridWatcher(RegionalStore store, Listener listener, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly IReadOnlyList<int> Regions = [.. Enumerable.Range(1, 17)];
    private volatile Snapshot _latest = new(0, []);

    /// <summary>Waits until there is a state newer than the one seen; 0 has seen none.</summary>
    public async Task<(long Version, IReadOnlyList<RegionalState> States)> NextAsync(long seen, CancellationToken cancellationToken)
    {
        while (true)
        {
            var latest = _latest;
            if (latest.Version > seen)
                return (latest.Version, latest.States);
            await latest.Replaced.Task.WaitAsync(cancellationToken);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => listener.RunAsync(["grid_changed"], ReadAsync, Poll, stoppingToken);

    private async Task ReadAsync(ListenSignal signal, CancellationToken cancellationToken)
    {
        var before = _latest;
        _latest = new Snapshot(before.Version + 1, await store.LatestAsync(time.GetUtcNow(), Regions, cancellationToken));
        before.Replaced.SetResult();
    }

    private sealed record Snapshot(long Version, IReadOnlyList<RegionalState> States)
    {
        public TaskCompletionSource Replaced { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
