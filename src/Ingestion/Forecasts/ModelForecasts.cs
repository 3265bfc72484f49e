using System.Collections.Concurrent;
using Pylon.Forecasting.Models;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;

namespace Pylon.Ingestion.Forecasts;

/// <summary>
/// The models' forecasts, each made once and kept until an hour with new values came, at most ten minutes. Callers that ask at
/// the same time wait for one computation.
/// </summary>
internal sealed class ModelForecasts(HistoryStore history, IssuedStore issued, RegionalStore regional, TimeProvider time)
{
    /// <summary>How old the newest value may be that a forecast starts from.</summary>
    public static readonly TimeSpan OldestEnd = TimeSpan.FromHours(48);

    private const int MostKept = 256;
    private const int PublishedOrigins = 42 * 4;
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Used = TimeSpan.FromHours(Forecaster.UsedHours);
    private readonly ConcurrentDictionary<Key, Entry> _kept = new();

    /// <param name="target">What is forecast.</param>
    /// <param name="known">Nothing that became known later is used.</param>
    /// <param name="isNow">The moment is now, so the forecast of a moment ago will do.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    public async Task<ModelForecast> GetAsync(ForecastTarget target, DateTimeOffset known, bool isNow, CancellationToken cancellationToken)
    {
        var origin = ModelForecast.HourOf(known);
        var newest = await history.NewestAsync(target, origin - OldestEnd, origin, known, cancellationToken);
        var now = time.GetUtcNow();
        var key = new Key(target, origin, newest, isNow ? null : known);
        if (_kept.TryGetValue(key, out var found) && (now - found.MadeAt > Kept || found.Forecast is { IsValueCreated: true, Value.IsFaulted: true }))
            _kept.TryRemove(new KeyValuePair<Key, Entry>(key, found));
        var entry = _kept.GetOrAdd(key, _ => new Entry(now, new Lazy<Task<ModelForecast>>(() => MakeAsync(target, origin, newest, known))));
        Trim();
        try
        {
            return await entry.Forecast.Value.WaitAsync(cancellationToken);
        }
        catch when (entry.Forecast.Value.IsFaulted)
        {
            _kept.TryRemove(new KeyValuePair<Key, Entry>(key, entry));
            throw;
        }
    }

    // Not with the token of one caller: others wait for it too. The statements have the time-out of the database.
    private async Task<ModelForecast> MakeAsync(ForecastTarget target, DateTimeOffset origin, DateTimeOffset? newest, DateTimeOffset known)
    {
        var index = target.Series == SeriesDefinition.CarbonIntensity ? await regional.ReadIndexAsync(CancellationToken.None) : null;
        var least = target.Kind == ForecastKind.Price ? double.NegativeInfinity : (double)target.Series.LeastOf(target.RegionId);
        if (newest is null)
            return new ModelForecast(origin, [], new HalfHourShape(origin, []), new ErrorQuantiles([], PublishedOrigins), index, least) { MadeAt = known };
        var values = await history.ReadAsync(target, origin - Used, origin, known, CancellationToken.None);
        var hourly = HourlyHistory.FromHalfHours(values.Start, values.Best);
        var missing = (int)(origin - hourly.End).TotalHours;
        var hours = Forecaster.Fit(hourly, target.Kind)?.Forecast(hourly, Forecaster.Horizon + missing)[missing..] ?? [];
        var published = await PublishedErrorsAsync(target, values, origin, known);
        return new ModelForecast(origin, hours, new HalfHourShape(values.Start, values.Best), published, index, least)
        {
            MadeAt = known,
            HistoryHours = hourly.Hours + missing,
            HistoryHoursMissing = hourly.MissingHours + missing,
        };
    }

    private async Task<ErrorQuantiles> PublishedErrorsAsync(ForecastTarget target, HalfHourValues values, DateTimeOffset origin, DateTimeOffset known)
    {
        var forecasts = await issued.ReadAsync(target, known.AddDays(-49), known, IssuedForecast.Published, CancellationToken.None);
        var actual = HalfHourValues.Hours(target.IsRegional ? values.Best : values.Actual);
        var errors = new List<double[]>(forecasts.Count);
        foreach (var forecast in forecasts.OrderByDescending(one => one.Origin))
        {
            var first = (int)(forecast.Origin - values.Start).TotalHours;
            errors.Add([.. forecast.Values.Select((value, k) => first + k >= 0 && first + k < actual.Length ? Math.Abs((value ?? double.NaN) - actual[first + k]) : double.NaN)]);
        }

        return new ErrorQuantiles(errors, PublishedOrigins);
    }

    private void Trim()
    {
        if (_kept.Count <= MostKept)
            return;
        foreach (var old in _kept.OrderBy(one => one.Value.MadeAt).Take(_kept.Count - (MostKept * 3 / 4)))
            _kept.TryRemove(old);
    }

    /// <param name="AsKnownAt">Null for now.</param>
    private sealed record Key(ForecastTarget Target, DateTimeOffset Origin, DateTimeOffset? Newest, DateTimeOffset? AsKnownAt);

    private sealed record Entry(DateTimeOffset MadeAt, Lazy<Task<ModelForecast>> Forecast);
}
