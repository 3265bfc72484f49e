using Microsoft.Extensions.Options;

namespace Pylon.Orchestrator.Retention;

/// <summary>Removes what is over, in batches, beside the work. Any number of instances may do it at once.</summary>
internal sealed class RetentionWorker(RetentionStore store, IOptions<RetentionOptions> options, TimeProvider time, ILogger<RetentionWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var kept = options.Value;
            await DrainAsync("answers", kept.Answers, store.EmptyAnswersAsync, stoppingToken);
            await DrainAsync("messages", kept.Messages, store.DeleteMessagesAsync, stoppingToken);
            await DrainAsync("notifications", kept.Notifications, store.DeleteNotificationsAsync, stoppingToken);
        }
    }

    private async Task DrainAsync(
        string what, TimeSpan kept, Func<TimeSpan, int, CancellationToken, Task<int>> removeAsync, CancellationToken cancellationToken)
    {
        var total = 0;
        try
        {
            int removed;
            do
            {
                removed = await removeAsync(kept, options.Value.Batch, cancellationToken);
                total += removed;
            }
            while (removed == options.Value.Batch);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.NotRemoved(e, what, options.Value.Interval);
        }

        if (total > 0)
            logger.Removed(total, what, kept);
    }
}
