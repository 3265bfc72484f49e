using Microsoft.Extensions.Options;

namespace Pylon.Insights.Alerts;

/// <summary>
/// Tells critical alerts again, and ends acknowledgements whose time is over. What is due is in the table, so any number of
/// instances may do it at once, and one that dies loses nothing.
/// </summary>
internal sealed class AlertWorker(AlertStore store, IOptions<AlertOptions> options, TimeProvider time, ILogger<AlertWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.CheckInterval;
        using var timer = new PeriodicTimer(interval, time);
        var isFailing = false;
        do
        {
            try
            {
                await CheckAsync(stoppingToken);
                isFailing = false;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Once for an outage.
                if (!isFailing)
                    logger.NotChecked(e, interval);
                isFailing = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Does what is due now.</summary>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await store.EndAcknowledgementsAsync(now, cancellationToken);
        while (await store.RepeatAsync(now, options.Value.RepeatInterval, cancellationToken))
        {
            // A full batch: there may be more.
        }
    }
}
