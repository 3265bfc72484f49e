using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Forecasting.Gaps;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Planning;

/// <summary>Reads series and forecasts from Ingestion, and keeps them prepared while Ingestion says that they are the same.</summary>
internal sealed class GridSeriesReader(
    SeriesService.SeriesServiceClient series, GridService.GridServiceClient grid, SeriesCache cache, TimeProvider time)
{
    public static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    // As Ingestion fills stored series.
    private const int LongestFill = 48;

    private static readonly ValueSource Missing = new(PlanValueKind.Missing, "");
    private static readonly ValueSource Filled = new(PlanValueKind.Filled, "");

    /// <param name="key">What is wanted.</param>
    /// <param name="field">For a refusal.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    public async Task<PreparedSeries> ReadAsync(SeriesKey key, string field, CancellationToken cancellationToken)
    {
        try
        {
            var version = (await series.GetSeriesVersionAsync(VersionOf(key), cancellationToken: cancellationToken)).Version;
            if (cache.Find(key, version) is { } known)
                return known;
            // The values may be of a later version than this: then the next call reads them again.
            var values = key.IsForecast ? await ForecastAsync(key, cancellationToken) : await StoredAsync(key, cancellationToken);
            var prepared = PreparedSeries.Of(values, key.Step == TimeSpan.Zero ? HalfHour : key.Step, key.Risk, key.Series != GridSeries.CarbonIntensity, field);
            cache.Put(key, version, prepared);
            return prepared;
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested && e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            throw Refusals.IngestionUnreachable.AsException();
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.InvalidArgument)
        {
            throw Refusal.InvalidArgument(field, $"cannot be read: {e.Status.Detail}").AsException();
        }
    }

    private async Task<StepValues> StoredAsync(SeriesKey key, CancellationToken cancellationToken)
    {
        var request = new ReadSeriesRequest
        {
            Series = key.Series,
            StartTime = key.Start.ToTimestamp(),
            EndTime = key.End.ToTimestamp(),
            AsKnownAt = key.AsKnownAt?.ToTimestamp(),
            Fill = key.IsFilled ? SeriesFill.Linear : SeriesFill.None,
        };
        if (key.RegionId is { } region)
            request.RegionId = region;
        var answer = await series.ReadSeriesAsync(request, cancellationToken: cancellationToken);
        var gaps = answer.Gaps.Select(gap => new Gap(gap.First, gap.HalfHours, gap.Fill == SeriesFill.Linear)).ToList();
        List<ValueSource> sources = [Missing, .. answer.Sources.Skip(1).Select(Stored), Filled];
        var sourceOf = answer.SourceIndexes.ToArray();
        foreach (var gap in gaps.Where(gap => gap.IsFilled))
            sourceOf.AsSpan(gap.First, gap.Count).Fill(sources.Count - 1);
        return new StepValues
        {
            Start = answer.StartTime.ToDateTimeOffset(),
            Step = answer.Step.ToTimeSpan(),
            Values = [.. answer.Values],
            Sources = sources,
            SourceOf = sourceOf,
            Gaps = gaps,
            AsKnownAt = answer.AsKnownAt.ToDateTimeOffset(),
            ReadAt = time.GetUtcNow(),
        };
    }

    private async Task<StepValues> ForecastAsync(SeriesKey key, CancellationToken cancellationToken)
    {
        var (now, count) = (time.GetUtcNow(), (int)((key.End - key.Start) / HalfHour));
        var request = new GetForecastRequest { Series = key.Series, StartTime = key.Start.ToTimestamp(), Hours = count / 2, AsKnownAt = key.AsKnownAt?.ToTimestamp() };
        if (key.RegionId is { } region)
            request.RegionId = region;
        var answer = await grid.GetForecastAsync(request, cancellationToken: cancellationToken);
        var (values, upper, sourceOf) = (new double[count], new double[count], new int[count]);
        Array.Fill(values, double.NaN);
        Array.Fill(upper, double.NaN);
        List<ValueSource> sources = [Missing];
        foreach (var point in answer.Points)
        {
            var at = (int)((point.Window.StartTime.ToDateTimeOffset() - key.Start) / HalfHour);
            if (at < 0 || at >= count)
                continue;
            var source = Of(point);
            var index = sources.IndexOf(source);
            if (index < 0)
            {
                index = sources.Count;
                sources.Add(source);
            }

            (values[at], upper[at], sourceOf[at]) = (point.Value, point.Band80?.Upper ?? double.NaN, index);
        }

        var gaps = GapLine.Fill(values, key.IsFilled ? LongestFill : 0);
        sources.Add(Filled);
        foreach (var gap in gaps.Where(gap => gap.IsFilled))
            sourceOf.AsSpan(gap.First, gap.Count).Fill(sources.Count - 1);
        return new StepValues
        {
            Start = key.Start,
            Step = HalfHour,
            Values = values,
            Upper = upper,
            Sources = sources,
            SourceOf = sourceOf,
            Gaps = gaps,
            AsKnownAt = key.AsKnownAt ?? now,
            ReadAt = now,
        };
    }

    private static GetSeriesVersionRequest VersionOf(SeriesKey key)
    {
        var request = new GetSeriesVersionRequest { Series = key.Series };
        if (key.RegionId is { } region)
            request.RegionId = region;
        return request;
    }

    private static ValueSource Stored(SeriesSource source) =>
        new(source.Synthetic ? PlanValueKind.Synthetic : source.Actual ? PlanValueKind.History : PlanValueKind.Published, source.Source);

    // A model says which one it is; a blend is a model's in part.
    private static ValueSource Of(GridPoint point) => new(
        point.Synthetic ? PlanValueKind.Synthetic : point.Model.Length > 0 ? PlanValueKind.Model : point.Actual ? PlanValueKind.History : PlanValueKind.Published,
        point.Source);
}
