using Google.Protobuf.WellKnownTypes;
using Pylon.Forecasting.Gaps;
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

        response.Gaps.AddRange(GapLine.Fill(values, fill == SeriesFill.Linear ? LongestFill : 0).Select(gap => new SeriesGap
        {
            First = gap.First,
            HalfHours = gap.Count,
            Fill = gap.IsFilled ? SeriesFill.Linear : SeriesFill.None,
        }));
        response.Values.AddRange(values);
        response.SourceIndexes.AddRange(indexes);
        return response;
    }
}
