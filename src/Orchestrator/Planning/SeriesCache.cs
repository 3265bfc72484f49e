using Microsoft.Extensions.Options;

namespace Pylon.Orchestrator.Planning;

/// <summary>
/// Prepared series that were used lately, within a bound of bytes. An entry is used only while its series has the version
/// that it was read at, and for a bounded time.
/// </summary>
internal sealed class SeriesCache(IOptions<PlanningOptions> options, TimeProvider time)
{
    private readonly long _maxBytes = options.Value.CacheMegabytes * 1024L * 1024;
    private readonly Dictionary<SeriesKey, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];
    private readonly Lock _lock = new();

    /// <summary>Of all entries.</summary>
    public long Bytes { get; private set; }

    /// <summary>Null when there is none of this version, or only one that is too old.</summary>
    public PreparedSeries? Find(SeriesKey key, string version)
    {
        var maxAge = key.IsForecast ? options.Value.ForecastMaxAge : options.Value.CacheMaxAge;
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var node))
                return null;
            if (node.Value.Version != version || time.GetUtcNow() - node.Value.ReadAt > maxAge)
            {
                Remove(node);
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Series;
        }
    }

    /// <summary>Keeps it in place of an earlier one, unless it is larger than the whole cache.</summary>
    public void Put(SeriesKey key, string version, PreparedSeries series)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var before))
                Remove(before);
            if (series.Bytes > _maxBytes)
                return;
            _entries[key] = _byUse.AddFirst(new Entry(key, version, time.GetUtcNow(), series));
            Bytes += series.Bytes;
            while (Bytes > _maxBytes)
                Remove(_byUse.Last!);
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Key);
        Bytes -= node.Value.Series.Bytes;
    }

    private sealed record Entry(SeriesKey Key, string Version, DateTimeOffset ReadAt, PreparedSeries Series);
}
