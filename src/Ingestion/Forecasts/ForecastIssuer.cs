using Pylon.Forecasting.Models;
using Pylon.Ingestion.Series;

namespace Pylon.Ingestion.Forecasts;

/// <summary>Stores the forecasts of the last day's origins, each as it was known then: also of those at which no instance ran.</summary>
internal sealed class ForecastIssuer(ForecastReader reader, ModelForecasts models, IssuedStore store)
{
    private const int Origins = 24 / IssuedForecast.EveryHours;

    /// <returns>How many origins were stored.</returns>
    public async Task<int> IssueAsync(ForecastTarget target, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var hour = ModelForecast.HourOf(now);
        var last = hour.AddHours(-hour.Hour % IssuedForecast.EveryHours);
        var origins = Enumerable.Range(0, Origins).Select(n => last.AddHours(-n * IssuedForecast.EveryHours)).ToList();
        var stored = await store.OriginsAsync(target, origins, cancellationToken);
        var missing = origins.Except(stored).Order().ToList();
        foreach (var origin in missing)
            await store.StoreAsync(target, await AtAsync(target, origin, cancellationToken), cancellationToken);
        return missing.Count;
    }

    private async Task<IReadOnlyList<IssuedForecast>> AtAsync(ForecastTarget target, DateTimeOffset origin, CancellationToken cancellationToken)
    {
        var model = await models.GetAsync(target, origin, isNow: false, cancellationToken);
        var published = await reader.FreshAsync(target, origin, cancellationToken);
        var forecasts = model.Hours.Select(hour => hour.Model).Distinct().Select(name => Row(origin, name, [.. model.Hours.Select(hour => hour.Model == name ? hour : null)]));
        if (published.Count > 0)
            forecasts = forecasts.Append(Row(origin, IssuedForecast.Published, Hours(published, model, origin)));
        return [.. forecasts];
    }

    // Only whole hours: half of one says little of its mean.
    private static List<ForecastHour?> Hours(IReadOnlyList<SeriesPoint> published, ModelForecast model, DateTimeOffset origin)
    {
        var halfHours = published.ToDictionary(point => point.Start);
        var hours = new List<ForecastHour?>();
        for (var start = origin; start < origin + ForecastBlend.Reach; start = start.AddHours(1))
        {
            if (!halfHours.TryGetValue(start, out var first) || !halfHours.TryGetValue(start.AddMinutes(30), out var second))
            {
                hours.Add(null);
                continue;
            }

            var hour = model.Published(first with { Value = (first.Value + second.Value) / 2 });
            hours.Add(new ForecastHour(hour.Point.Value, IssuedForecast.Published, hour.Band80, hour.Band95));
        }

        return hours;
    }

    // Values are never cut off at the top, so half a width is from the value to there.
    private static IssuedForecast Row(DateTimeOffset origin, string model, IReadOnlyList<ForecastHour?> hours) => new(
        origin,
        model,
        [.. hours.Select(hour => (float?)hour?.Value)],
        [.. hours.Select(hour => (float?)(hour?.Band80?.Upper - hour?.Value))],
        [.. hours.Select(hour => (float?)(hour?.Band95?.Upper - hour?.Value))]);
}
