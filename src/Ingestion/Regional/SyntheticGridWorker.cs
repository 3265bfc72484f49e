using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Regional;

/// <summary>
/// Keeps the current half hour and the two days after it filled, as far as the sources forecast: at start and at the turn of every half hour. Any number of
/// instances may do so.
/// </summary>
internal sealed class SyntheticGridWorker(
    RegionalStore store, NationalFill national, SyntheticGridCoverage coverage, TimeProvider time, ILogger<SyntheticGridWorker> logger)
    : BackgroundService
{
    private const int Ahead = 97;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = pause;
            try
            {
                var now = time.GetUtcNow();
                var first = HalfHour.Containing(now);
                await FillAsync(first, now, stoppingToken);
                wait = first + HalfHour.Length - now;
                pause = FirstPause;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Told once per outage. What is filled ahead lasts for two days.
                if (pause == FirstPause)
                    logger.FillFailed(e);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }

            await Task.Delay(wait, time, stoppingToken);
        }
    }

    private async Task FillAsync(DateTimeOffset first, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var index = await store.ReadIndexAsync(cancellationToken);
        var filled = await store.FillAsync(RegionalWindow.Synthetic(first, Ahead, index), now, cancellationToken);
        await national.FillAsync(NationalWindow.Synthetic(first, Ahead, index), now, cancellationToken);
        coverage.Until = first + (Ahead * HalfHour.Length);
        if (filled > 0)
            logger.Filled(filled, coverage.Until);
    }
}
