using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Planning;

/// <summary>Where the values of the places come from. Pure.</summary>
internal static class PlanSources
{
    private const int MostGaps = 100;

    /// <summary>Over the steps [first, end).</summary>
    public static IEnumerable<PlanData> Of(Places places, int first, int end) => places.All.Select(place => new PlanData
    {
        Zone = place.Name,
        Carbon = Of(place.Carbon, first, end),
        Price = place.Price is null ? null : Of(place.Price, first, end),
    });

    private static PlanSeriesData Of(PreparedSeries series, int first, int end)
    {
        var values = series.Values;
        var (from, to) = (first * series.Factor, Math.Min(values.Values.Length, end * series.Factor));
        var data = new PlanSeriesData
        {
            StartTime = values.Start?.ToTimestamp(),
            Step = series.Series.Step.ToDuration(),
            Steps = series.Series.Count,
            ValuesPerStep = series.Factor,
            AsKnownAt = values.AsKnownAt?.ToTimestamp(),
            ReadAt = values.ReadAt?.ToTimestamp(),
        };
        data.Sources.AddRange(values.SourcesOf(from, to).Select(pair =>
            new PlanSourceShare { Kind = pair.Source.Kind, Source = pair.Source.Name, Share = pair.Count / (double)Math.Max(1, to - from) }));
        var gaps = values.Gaps.Where(gap => gap.First < to && gap.First + gap.Count > from).ToList();
        data.HalfHoursMissing = gaps.Sum(gap => Math.Min(to, gap.First + gap.Count) - Math.Max(from, gap.First));
        data.Gaps.AddRange(gaps.Take(MostGaps).Select(gap => new PlanGap { Filled = gap.IsFilled, Window = WindowOf(values, gap.First, gap.First + gap.Count) }));
        return data;
    }

    private static Window? WindowOf(StepValues values, int first, int end) => values.Start is { } start
        ? new Window { StartTime = (start + (first * values.Step)).ToTimestamp(), EndTime = (start + (end * values.Step)).ToTimestamp() }
        : null;
}
