namespace Pylon.Postgres;

/// <summary>
/// Wakes the waiting code of this process when something changes, by its key: the id of a workload or a batch. A wake-up
/// is a hint to look again, and may come without cause. A key without a watch takes no memory.
/// </summary>
public sealed class Changes<TKey>(TimeProvider time)
    where TKey : notnull
{
    private readonly TimeProvider _time = time;
    private readonly Lock _lock = new();
    private readonly Dictionary<TKey, List<Watch>> _watches = [];

    /// <summary>The number of keys with a watch.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _watches.Count;
        }
    }

    /// <summary>Begins to watch a key. Look at its state after this call and after each wait.</summary>
    public Watch Begin(TKey key)
    {
        var watch = new Watch(this, key);
        lock (_lock)
        {
            if (!_watches.TryGetValue(key, out var watches))
                _watches[key] = watches = [];
            watches.Add(watch);
        }

        return watch;
    }

    public void Signal(TKey key)
    {
        lock (_lock)
        {
            foreach (var watch in _watches.GetValueOrDefault(key) ?? [])
                watch.Wake();
        }
    }

    /// <summary>After a gap in which any signal may have been lost.</summary>
    public void SignalAll()
    {
        lock (_lock)
        {
            foreach (var watch in _watches.Values.SelectMany(watches => watches))
                watch.Wake();
        }
    }

    private void End(Watch watch)
    {
        lock (_lock)
        {
            if (_watches.TryGetValue(watch.Key, out var watches) && watches.Remove(watch) && watches.Count == 0)
                _watches.Remove(watch.Key);
        }
    }

    /// <summary>One waiter. A change between two waits is not missed: the second returns at once.</summary>
    public sealed class Watch : IDisposable
    {
        private readonly Changes<TKey> _changes;
        private TaskCompletionSource _changed = New();

        internal Watch(Changes<TKey> changes, TKey key) => (_changes, Key) = (changes, key);

        public TKey Key { get; }

        /// <summary>Returns after a change, or after <paramref name="atMost"/>: a lost signal only costs time.</summary>
        public async Task WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
        {
            await _changed.Task.EndsWithinAsync(atMost, _changes._time, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            Interlocked.Exchange(ref _changed, New());
        }

        public void Dispose() => _changes.End(this);

        internal void Wake() => Volatile.Read(ref _changed).TrySetResult();

        private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
