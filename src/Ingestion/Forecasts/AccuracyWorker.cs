using Microsoft.Extensions.Options;

namespace Pylon.Ingestion.Forecasts;

/// <summary>
/// Once an hour: stores what is forecast, and measures what was forecast against what came. Any number of instances may do
/// so: a forecast is stored once, and an hour of a series is measured once.
/// </summary>
internal sealed class AccuracyWorker(
    ForecastIssuer issuer, HistoryStore history, IssuedStore issued, AccuracyStore store, AccuracyMetrics metrics, IOptions<ForecastsOptions> options, TimeProvider time,
    ILogger<AccuracyWorker> logger)
    : BackgroundService
{
    private const int Batch = 1000;

    // What comes later than two days is not counted; what an outage left out is made up for.
    private static readonly TimeSpan Late = TimeSpan.FromDays(2);
    private static readonly TimeSpan LongestGap = TimeSpan.FromDays(14);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Value.Measured && !stoppingToken.IsCancellationRequested)
        {
            var failed = await MeasureAllAsync(stoppingToken);
            var now = time.GetUtcNow();
            var nextHour = ModelForecast.HourOf(now).AddHours(1) - now;
            await Task.Delay(failed > 0 && options.Value.RetryInterval < nextHour ? options.Value.RetryInterval : nextHour, time, stoppingToken);
        }
    }

    /// <summary>Measures every series, removes what is old and sets the metric; returns how many of these failed.</summary>
    internal async Task<int> MeasureAllAsync(CancellationToken cancellationToken)
    {
        var failed = 0;
        foreach (var target in ForecastTarget.All)
            failed += await TryAsync(target.ToString(), token => MeasureAsync(target, token), cancellationToken) ? 0 : 1;
        return failed + (await TryAsync("what is old, and the metric", FinishAsync, cancellationToken) ? 0 : 1);
    }

    /// <summary>Stores the forecasts of a series that are due, and measures its last hours unless that is done.</summary>
    internal async Task MeasureAsync(ForecastTarget target, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var hour = ModelForecast.HourOf(now);
        var measured = await store.MeasuredAsync(target, cancellationToken);
        if (measured >= hour || await history.NewestAsync(target, hour - ModelForecasts.OldestEnd, hour, now, cancellationToken) is null)
            return;
        await issuer.IssueAsync(target, now, cancellationToken);
        var from = (measured ?? hour) - Late;
        var firstDay = new DateTimeOffset((from < hour - LongestGap ? hour - LongestGap : from).UtcDateTime.Date, TimeSpan.Zero);
        var values = await history.ReadAsync(target, firstDay - (2 * Week), hour, now, cancellationToken);
        var forecasts = await issued.ReadAsync(target, firstDay - Week, hour, "", cancellationToken);
        var known = HalfHourValues.Hours(values.Best);
        var sums = Accuracy.Measure(
            forecasts, values.Start, target.IsRegional ? known : HalfHourValues.Hours(values.Actual), known, DateOnly.FromDateTime(firstDay.UtcDateTime));
        await store.StoreAsync(target, hour, sums, cancellationToken);
    }

    private async Task FinishAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        while (await issued.DeleteOldAsync(now - IssuedStore.Kept, Batch, cancellationToken) == Batch)
            cancellationToken.ThrowIfCancellationRequested();
        while (await store.DeleteOldAsync(today.AddDays(-(int)options.Value.KeepAccuracy.TotalDays), Batch, cancellationToken) == Batch)
            cancellationToken.ThrowIfCancellationRequested();
        metrics.Update(await store.ReadByHorizonAsync(today.AddDays(-AccuracyMetrics.Days), cancellationToken));
    }

    private async Task<bool> TryAsync(string what, Func<CancellationToken, Task> actAsync, CancellationToken cancellationToken)
    {
        try
        {
            await actAsync(cancellationToken);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.NotMeasured(e, what, options.Value.RetryInterval);
            return false;
        }
    }
}
