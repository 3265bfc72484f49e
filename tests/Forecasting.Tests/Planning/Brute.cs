using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Tests.Planning;

/// <summary>The same answers the long way.</summary>
internal static class Brute
{
    public static int Consecutive(long[] values, WindowQuery query)
    {
        var last = Math.Min((long)query.Arrival + query.Slack, values.Length - query.Duration);
        return Enumerable.Range(query.Arrival, (int)last - query.Arrival + 1).MinBy(start => Sum(values, start, query.Duration));
    }

    public static int[] Smallest(long[] values, WindowQuery query)
    {
        var end = (int)Math.Min(values.Length, (long)query.Arrival + query.Duration + query.Slack);
        return [.. Enumerable.Range(query.Arrival, end - query.Arrival).OrderBy(step => values[step]).Take(query.Duration).Order()];
    }

    public static long Sum(long[] values, int start, int count) => values.AsSpan(start, count).ToArray().Sum();

    /// <summary>Every set of so many steps out of a window, in lexicographic order.</summary>
    public static IEnumerable<int[]> Choices(int length, int count, int from = 0)
    {
        if (count == 0)
            return [[]];
        return Enumerable.Range(from, Math.Max(0, length - from - count + 1)).SelectMany(first => Choices(length, count - 1, first + 1).Select(rest => (int[])[first, .. rest]));
    }

    /// <summary>The lengths of the runs without interruption.</summary>
    public static List<int> RunLengths(IReadOnlyList<int> steps)
    {
        var runs = new List<int>();
        for (var n = 0; n < steps.Count; n++)
        {
            if (n > 0 && steps[n] == steps[n - 1] + 1)
                runs[^1]++;
            else
                runs.Add(1);
        }

        return runs;
    }
}
