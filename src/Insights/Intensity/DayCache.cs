using Microsoft.Extensions.Options;

namespace Pylon.Insights.Intensity;

/// <summary>Days that were read lately, within a bound; those that were not used for longest go first.</summary>
internal sealed class DayCache(IOptions<IntensityOptions> options, TimeProvider time)
{
    private readonly Dictionary<DayKey, LinkedListNode<(DayKey Key, DayValues Values)>> _entries = [];
    private readonly LinkedList<(DayKey Key, DayValues Values)> _byUse = [];
    private readonly Lock _lock = new();

    /// <summary>Null when there is none, or one that is too old.</summary>
    public DayValues? Find(DayKey key)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var node))
                return null;
            if (time.GetUtcNow() - node.Value.Values.ReadAt > MaxAge(key))
            {
                Remove(node);
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Values;
        }
    }

    public void Put(DayKey key, DayValues values)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var before))
                Remove(before);
            _entries[key] = _byUse.AddFirst((key, values));
            if (_entries.Count > options.Value.CacheDays)
                Remove(_byUse.Last!);
        }
    }

    // Actual values replace forecasts within the day after.
    private TimeSpan MaxAge(DayKey key) =>
        time.GetUtcNow().UtcDateTime - key.Day.ToDateTime(TimeOnly.MinValue) > TimeSpan.FromDays(2) ? options.Value.PastMaxAge : options.Value.RecentMaxAge;

    private void Remove(LinkedListNode<(DayKey Key, DayValues Values)> node)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Key);
    }
}
