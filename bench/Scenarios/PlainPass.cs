using Pylon.Forecasting.Planning.Series;

namespace Pylon.Bench.Scenarios;

/// <summary>
/// The answers without anything prepared, one pass over the window of each job: a sliding sum, or the k-th smallest value
/// by partition and the steps up to it.
/// </summary>
internal static class PlainPass
{
    public static int Answer(long[] values, WindowQuery[] queries, PlanAnswers answers)
    {
        var room = new long[values.Length];
        for (var n = 0; n < queries.Length; n++)
        {
            var query = queries[n];
            var window = values.AsSpan(query.Arrival, (int)Math.Min(values.Length - query.Arrival, (long)query.Duration + query.Slack));
            var (first, sum) = n % 2 == 0 ? Consecutive(window, query.Duration) : Smallest(window, room.AsSpan(0, window.Length), query, answers.Steps[n]);
            answers.Set(n, query.Arrival + first, sum);
        }

        return queries.Length;
    }

    private static (int First, long Sum) Consecutive(ReadOnlySpan<long> window, int duration)
    {
        var sum = 0L;
        foreach (var value in window[..duration])
            sum += value;
        var (best, least) = (0, sum);
        for (var start = 1; start + duration <= window.Length; start++)
        {
            sum += window[start + duration - 1] - window[start - 1];
            if (sum < least)
                (best, least) = (start, sum);
        }

        return (best, least);
    }

    private static (int First, long Sum) Smallest(ReadOnlySpan<long> window, Span<long> room, WindowQuery query, Span<int> steps)
    {
        window.CopyTo(room);
        var limit = Select(room, query.Duration - 1);
        var equals = query.Duration;
        foreach (var value in window)
            equals -= value < limit ? 1 : 0;
        var (first, found, sum) = (-1, 0, 0L);
        for (var t = 0; found < query.Duration; t++)
        {
            if (window[t] > limit || (window[t] == limit && equals-- <= 0))
                continue;
            if (first < 0)
                first = t;
            if (steps.Length > 0)
                steps[found] = query.Arrival + t;
            found++;
            sum += window[t];
        }

        return (first, sum);
    }

    // Hoare's selection.
    private static long Select(Span<long> values, int rank)
    {
        var (left, right) = (0, values.Length - 1);
        while (left < right)
        {
            var (pivot, low, high) = (values[(left + right) / 2], left, right);
            while (low <= high)
            {
                while (values[low] < pivot)
                    low++;
                while (values[high] > pivot)
                    high--;
                if (low > high)
                    break;
                (values[low], values[high]) = (values[high], values[low]);
                (low, high) = (low + 1, high - 1);
            }

            if (rank <= high)
                right = high;
            else if (rank >= low)
                left = low;
            else
                break;
        }

        return values[rank];
    }
}
