using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Forecasts;

/// <summary>A forecast as it is known at a time.</summary>
/// <param name="Points">In the order of time.</param>
/// <param name="AsKnownAt">Nothing that became known later went into it.</param>
internal sealed record ReadForecast(IReadOnlyList<ForecastPoint> Points, DateTimeOffset AsKnownAt, int HistoryHours, int HistoryHoursMissing);

/// <summary>Reads forecasts: the published one and the model as <see cref="ForecastBlend"/> puts them together.</summary>
internal sealed class ForecastReader(SeriesReader series, HistoryStore history, ModelForecasts models, TimeProvider time)
{
    // A published forecast that is older is stale.
    private static readonly TimeSpan Fresh = TimeSpan.FromHours(2);

    /// <param name="target">What is forecast.</param>
    /// <param name="from">The first half hour.</param>
    /// <param name="hours">At most 336.</param>
    /// <param name="asKnownAt">Null for now; a later time is now too.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<ReadForecast> ReadAsync(ForecastTarget target, DateTimeOffset from, int hours, DateTimeOffset? asKnownAt, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var known = asKnownAt < now ? asKnownAt.Value : now;
        var to = from.AddHours(hours);
        var model = await models.GetAsync(target, known, isNow: known == now, cancellationToken);
        var published = await PublishedAsync(target, from, to, known, cancellationToken);
        var isFresh = await IsFreshAsync(published, known, cancellationToken);
        var points = ForecastBlend.Points(from, to, known, published, isFresh, model);
        var isModelled = points.Exists(point => point.Model.Length > 0);
        return new ReadForecast(points, known, isModelled ? model.HistoryHours : 0, isModelled ? model.HistoryHoursMissing : 0);
    }

    /// <summary>What is published from the hour of the moment on, to where it counts; empty when it is not fresh.</summary>
    public async Task<IReadOnlyList<SeriesPoint>> FreshAsync(ForecastTarget target, DateTimeOffset known, CancellationToken cancellationToken)
    {
        var from = HalfHour.Containing(known);
        var published = await PublishedAsync(target, from, from + ForecastBlend.Reach, known, cancellationToken);
        return await IsFreshAsync(published, known, cancellationToken) ? [.. published.Where(point => point.Source != SyntheticGrid.Source)] : [];
    }

    // Also what lies between now and the span: there the published forecast may end, and the model begin.
    private async Task<List<SeriesPoint>> PublishedAsync(ForecastTarget target, DateTimeOffset from, DateTimeOffset to, DateTimeOffset known, CancellationToken cancellationToken)
    {
        if (target.Series.Table(isForecast: true, target.IsRegional) is null)
            return [];
        var current = HalfHour.Containing(known);
        var points = await ReadAsync(from, to);
        if (from > current && from < current.AddHours(Pylon.Forecasting.Models.Forecaster.Horizon))
            points = [.. (await ReadAsync(current, Earlier(from, current + ForecastBlend.Reach))), .. points];
        else if (to > current && to < current + ForecastBlend.Reach)
            points = [.. points, .. await ReadAsync(to, current + ForecastBlend.Reach)];
        return points;

        Task<List<SeriesPoint>> ReadAsync(DateTimeOffset start, DateTimeOffset end) =>
            series.ReadAsync(target.Series, target.RegionId, start, end, known, forecastOnly: true, limit: (int)((end - start) / HalfHour.Length), cancellationToken);
    }

    // A forecast that did not change since is not stored again: then the visit to its source counts.
    private async Task<bool> IsFreshAsync(IReadOnlyList<SeriesPoint> published, DateTimeOffset known, CancellationToken cancellationToken)
    {
        var current = HalfHour.Containing(known);
        var ahead = published.Where(point => point.Source != SyntheticGrid.Source && point.Start >= current && point.Start < current + ForecastBlend.Reach).ToList();
        if (ahead.Exists(point => point.CapturedAt > known - Fresh))
            return true;
        foreach (var source in ahead.Select(point => point.Source).Distinct())
        {
            if (await history.WasReadAsync(source, known - Fresh, known, cancellationToken))
                return true;
        }

        return false;
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
