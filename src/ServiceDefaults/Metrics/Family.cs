using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pylon.ServiceDefaults.Metrics;

/// <summary>The series of one metric name. Their number is bounded: a label that grows without end costs itself, not the process.</summary>
internal sealed class Family
{
    public const int MaxSeries = 2000;

    private readonly ConcurrentDictionary<TagSet, Series> _series = new(TagSet.Comparer.Instance);
    private readonly ConcurrentDictionary<TagSet, Series>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> _lookup;
    private readonly Dictionary<string, Series> _byLabels = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private long _dropped;

    public Family(Instrument instrument)
    {
        Kind = MetricName.KindOf(instrument);
        Name = MetricName.Of(instrument, Kind);
        Help = instrument.Description ?? "";
        Observable = instrument.IsObservable;
        if (Kind == MetricKind.Histogram) Bounds = Buckets.For(instrument);
        _lookup = _series.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    public string Name { get; }
    public string Help { get; }
    public MetricKind Kind { get; }
    public bool Observable { get; }
    public double[]? Bounds { get; }
    public long Dropped => Interlocked.Read(ref _dropped);
    public IEnumerable<Series> Series => _series.Values.Distinct();

    /// <param name="absolute">The value replaces what was there, as a gauge's and every observed one does.</param>
    public void Record(double value, bool absolute, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (!_lookup.TryGetValue(tags, out var found) && (found = Open(tags)) is null)
        {
            Interlocked.Increment(ref _dropped);
            return;
        }

        if (Kind == MetricKind.Histogram) found.Observe(value);
        else if (absolute) found.Set(value);
        else found.Add(value);
    }

    /// <summary>Before observing anew: what is no longer observed is no longer there.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _series.Clear();
            _byLabels.Clear();
        }
    }

    private Series? Open(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            if (_lookup.TryGetValue(tags, out var found)) return found;
            if (_series.Count >= MaxSeries) return null;
            // Tags that differ but read the same (1 and "1") are one line.
            var labels = PrometheusText.Labels(tags);
            if (!_byLabels.TryGetValue(labels, out found)) _byLabels[labels] = found = new Series(labels, Bounds);
            _series[new TagSet(tags.ToArray())] = found;
            return found;
        }
    }
}
