using System.Collections.Concurrent;

namespace Pylon.Sandbox.Requests;

/// <summary>The last requests, oldest first; at most <paramref name="limit"/>.</summary>
internal sealed class RecentRequests<T>(int limit)
{
    private readonly ConcurrentQueue<T> _records = new();

    public void Add(T record)
    {
        _records.Enqueue(record);
        if (_records.Count > limit)
            _records.TryDequeue(out _);
    }

    public IReadOnlyList<T> List() => [.. _records];

    public void Clear() => _records.Clear();
}
