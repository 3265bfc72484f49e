using Google.Protobuf.WellKnownTypes;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.V1;

namespace Pylon.Ingestion.SeriesReading;

/// <summary>The values of a span as arrays with a place for each half hour. Pure.</summary>
internal static class PackedSeries
{
    /// <summary>The longest gap that is filled, in half hours.</summary>
    public const int LongestFill = 48;

    /// <param name="points">In the order of time, none twice.</param>
    /// <param name="start">The first half hour.</param>
    /// <param name="count">Half hours of the span.</param>
    /// <param name="fill">What is put into gaps.</param>
    public static ReadSeriesResponse Of(IReadOnlyList<SeriesPoint> points, DateTimeOffset start, int count, SeriesFill fill)
    {
        var values = new double[count];
        Array.Fill(values, double.NaN);
        var indexes = new int[count];
        var response = new ReadSeriesResponse
        {
            StartTime = start.ToTimestamp(),
            Step = HalfHour.Length.ToDuration(),
            Sources = { new SeriesSource() },
            LastCapturedAt = points.Count > 0 ? points.Max(p => p.CapturedAt).ToTimestamp() : null,
        };
        var known = new Dictionary<(string Source, bool Actual), int>();
        foreach (var point in points)
        {
            var at = (int)((point.Start - start) / HalfHour.Length);
            if (!known.TryGetValue((point.Source, point.Actual), out var index))
            {
                index = known[(point.Source, point.Actual)] = response.Sources.Count;
                response.Sources.Add(new SeriesSource { Source = point.Source, Actual = point.Actual, Synthetic = point.Source == SyntheticGrid.Source });
            }

            (values[at], indexes[at]) = (point.Value, index);
        }

        response.Gaps.AddRange(Gaps(values, fill));
        response.Values.AddRange(values);
        response.SourceIndexes.AddRange(indexes);
        return response;
    }

    private static IEnumerable<SeriesGap> Gaps(double[] values, SeriesFill fill)
    {
        for (var first = 0; first < values.Length; first++)
        {
            if (!double.IsNaN(values[first]))
                continue;
            var end = first + 1;
            while (end < values.Length && double.IsNaN(values[end]))
                end++;
            var isFilled = fill == SeriesFill.Linear && first > 0 && end < values.Length && end - first <= LongestFill;
            if (isFilled)
                FillLine(values, first, end);
            yield return new SeriesGap { First = first, HalfHours = end - first, Fill = isFilled ? SeriesFill.Linear : SeriesFill.None };
            first = end;
        }
    }

    private static void FillLine(double[] values, int first, int end)
    {
        var (before, after, steps) = (values[first - 1], values[end], end - first + 1);
        for (var i = first; i < end; i++)
            values[i] = before + ((after - before) * (i - first + 1) / steps);
    }
}
