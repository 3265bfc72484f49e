namespace Pylon.ServiceDefaults.Metrics;

/// <summary>One line of a counter or gauge, or the buckets of one histogram, under one set of labels.</summary>
internal sealed class Series(string labels, double[]? bounds)
{
    private readonly Lock gate = new();
    private readonly long[] buckets = new long[(bounds?.Length ?? 0) + 1];
    private double sum;

    /// <summary>As written between the braces.</summary>
    public string Labels { get; } = labels;

    public void Add(double value)
    {
        lock (gate) sum += value;
    }

    public void Set(double value)
    {
        lock (gate) sum = value;
    }

    public void Observe(double value)
    {
        var at = Array.BinarySearch(bounds!, value);
        lock (gate)
        {
            sum += value;
            buckets[at >= 0 ? at : ~at]++;
        }
    }

    /// <summary>The value or sum, and the count of each bucket on its own.</summary>
    public (double Sum, long[] Buckets) Read()
    {
        lock (gate) return (sum, (long[])buckets.Clone());
    }
}
