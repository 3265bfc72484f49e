using System.Collections.Concurrent;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Workloads;

/// <summary>
/// Wakes the callers in this process that wait for a workload to change or a Beckn message to be answered. One LISTEN
/// connection serves all. A wake-up is a hint to read the table and may come without a change.
/// </summary>
internal sealed class Changes(Listener listener) : BackgroundService
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<Guid, ConcurrentDictionary<Watch, bool>> _watches = new();

    /// <summary>Begins to watch a row. Read the table after this call and after each wait.</summary>
    public Watch Begin(Guid id)
    {
        var watch = new Watch(this, id);
        // The set may have been removed with its last watch: get it again.
        while (true)
        {
            var watches = _watches.GetOrAdd(id, _ => new());
            lock (watches)
            {
                if (!_watches.TryGetValue(id, out var current) || current != watches)
                    continue;
                watches[watch] = true;
                return watch;
            }
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        listener.RunAsync(["workload_changed", "beckn_answer"], OnSignalAsync, Poll, stoppingToken);

    private Task OnSignalAsync(ListenSignal signal, CancellationToken cancellationToken)
    {
        // After a gap in the connection anything may have changed.
        var ids = signal.Reason == ListenReason.Connected
            ? _watches.Keys
            : signal.Notifications.Select(n => Guid.TryParse(n.Payload, out var id) ? id : Guid.Empty);
        foreach (var id in ids)
        {
            if (_watches.TryGetValue(id, out var watches))
            {
                foreach (var watch in watches.Keys)
                    watch.Wake();
            }
        }

        return Task.CompletedTask;
    }

    private void End(Watch watch)
    {
        if (!_watches.TryGetValue(watch.Id, out var watches))
            return;
        lock (watches)
        {
            watches.TryRemove(watch, out _);
            if (watches.IsEmpty)
                _watches.TryRemove(watch.Id, out _);
        }
    }

    /// <summary>One waiting caller. After a change between two waits the second returns at once.</summary>
    public sealed class Watch(Changes changes, Guid id) : IDisposable
    {
        private readonly SemaphoreSlim _woken = new(0, 1);

        public Guid Id { get; } = id;

        /// <summary>Returns after a change, or after <paramref name="atMost"/>, because a notification can be lost.</summary>
        public Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken) => _woken.WaitAsync(atMost, cancellationToken);

        public void Dispose() => changes.End(this);

        internal void Wake()
        {
            lock (_woken)
            {
                if (_woken.CurrentCount == 0)
                    _woken.Release();
            }
        }
    }
}
