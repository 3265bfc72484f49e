namespace Pylon.Conductor.State;

/// <summary>
/// Wakes the relay of this process when a shard has something new in its outbox. Only a hint: the relay finds what other
/// instances write by looking at all shards now and then.
/// </summary>
internal sealed class OutboxSignal : IDisposable
{
    private readonly bool[] _shards = new bool[BatchKeys.Shards];
    private readonly SemaphoreSlim _any = new(0, 1);

    public void Set(int shard)
    {
        Volatile.Write(ref _shards[shard], true);
        lock (_any)
        {
            if (_any.CurrentCount == 0)
                _any.Release();
        }
    }

    /// <summary>Returns when any shard is set, or the time is over.</summary>
    public Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken) => _any.WaitAsync(longest, cancellationToken);

    /// <summary>The shards that are set, which are set no more.</summary>
    public IReadOnlyList<int> Take() => [.. Enumerable.Range(0, BatchKeys.Shards).Where(shard => Interlocked.Exchange(ref _shards[shard], false))];

    public void Dispose() => _any.Dispose();
}
