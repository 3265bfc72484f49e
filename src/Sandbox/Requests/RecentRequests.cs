namespace Pylon.Sandbox.Requests;

/// <summary>The last requests, oldest first; at most <paramref name="limit"/>.</summary>
internal class RecentRequests<T>(int limit)
{
    private readonly Lock _gate = new();
    private readonly Queue<T> _records = new();

    public void Add(T record)
    {
        lock (_gate)
        {
            _records.Enqueue(record);
            if (_records.Count > limit)
                _records.Dequeue();
        }
    }

    public IReadOnlyList<T> List()
    {
        lock (_gate)
            return [.. _records];
    }

    public void Clear()
    {
        lock (_gate)
            _records.Clear();
    }
}
