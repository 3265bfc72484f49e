namespace Pylon.ServiceDefaults.Metrics;

/// <summary>One line of a counter or gauge, or the buckets of one histogram, under one set of labels.</summary>
internal sealed class Series(string labels, double[]? bounds)
{
    private readonly Lock _gate = new();
    private readonly long[] _buckets = new long[(bounds?.Length ?? 0) + 1];
    private double _sum;

    /// <summary>As written between the braces.</summary>
    public string Labels { get; } = labels;

    public void Add(double value)
    {
        lock (_gate) _sum += value;
    }

    public void Set(double value)
    {
        lock (_gate) _sum = value;
    }

    public void Observe(double value)
    {
        var at = Array.BinarySearch(bounds!, value);
        lock (_gate)
        {
            _sum += value;
            _buckets[at >= 0 ? at : ~at]++;
        }
    }

    /// <summary>The value or sum, and the count of each bucket on its own.</summary>
    public (double Sum, long[] Buckets) Read()
    {
        lock (_gate) return (_sum, (long[])_buckets.Clone());
    }
}
