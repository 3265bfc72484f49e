namespace Pylon.Forecasting.Planning.Series;

/// <summary>
/// The indexes of one series by duration. One is built when scans for its duration have cost as much as building it, so that
/// durations in any order never cost more than twice the better way; the least recently used one makes room.
/// </summary>
internal sealed class ConsecutiveIndexes(long[] prefix)
{
    // A scan of fewer starts is as fast as an index.
    private const int ShortScan = 80;

    // Building looks at each start once, and half as long at the blocks.
    private const double BuildFactor = 1.5;

    // Of all indexes together, about 10 MB: 456 durations over a year of hours.
    private const int MostStarts = 4_000_000;

    private readonly Lock _building = new();
    private readonly ConsecutiveIndex?[] _byDuration = new ConsecutiveIndex?[prefix.Length];
    private readonly int[] _scanned = new int[prefix.Length];
    private readonly List<int> _built = [];
    private long _uses;

    /// <summary>The earliest of the best starts in [from, to].</summary>
    public int BestStart(int duration, int from, int to)
    {
        if (to - from < ShortScan)
            return ConsecutiveIndex.Scan(prefix, duration, from, to);
        if (Volatile.Read(ref _byDuration[duration]) is { } index)
        {
            // A race of two threads mixes up the order of two uses, which does no harm.
            index.LastUse = ++_uses;
            return index.BestStart(from, to);
        }

        // A race of two threads loses a count, which only delays the index.
        _scanned[duration] += to - from;
        return _scanned[duration] >= BuildFactor * prefix.Length ? Build(duration).BestStart(from, to) : ConsecutiveIndex.Scan(prefix, duration, from, to);
    }

    private ConsecutiveIndex Build(int duration)
    {
        lock (_building)
        {
            if (_byDuration[duration] is { } built)
                return built;
            if (_built.Count >= Math.Max(1, MostStarts / prefix.Length))
                Evict();
            var index = new ConsecutiveIndex(prefix, duration);
            index.LastUse = ++_uses;
            _built.Add(duration);
            Volatile.Write(ref _byDuration[duration], index);
            return index;
        }
    }

    private void Evict()
    {
        var oldest = _built.MinBy(duration => Volatile.Read(ref _byDuration[duration]!.LastUse));
        _built.Remove(oldest);
        _scanned[oldest] = 0;
        Volatile.Write(ref _byDuration[oldest], null);
    }
}
