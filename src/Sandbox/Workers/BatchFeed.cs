namespace Pylon.Sandbox.Workers;

/// <summary>
/// Reads the pipelines of batches from Pylon's broadcast, as any external worker can: first the stored events, which may
/// have been published while no worker ran, then new ones. It reconnects with its last position.
/// </summary>
internal sealed class BatchFeed(PylonClient pylon, WorkerPool pool, TimeProvider time, ILogger<BatchFeed> log) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        string? position = null;
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                position ??= await CatchUpAsync(stoppingToken);
                await foreach (var (at, job) in pylon.FollowAsync(position, stoppingToken))
                {
                    (pool.Following, pause) = (true, FirstPause);
                    if (job is not null)
                        await pool.TakeAsync(job, stoppingToken);
                    position = at ?? position;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (PylonClient.IsTransient(e, stoppingToken))
            {
                if (pool.Following)
                    log.FeedLost(e.Message);
            }
            catch (Exception e)
            {
                // For example an invalid position: start again from the stored events.
                log.FeedRefused(e);
                position = null;
            }

            pool.Following = false;
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task<string> CatchUpAsync(CancellationToken cancellationToken)
    {
        var (jobs, position) = await pylon.StoredJobsAsync(cancellationToken);
        foreach (var job in jobs)
            await pool.TakeAsync(job, cancellationToken);
        return position;
    }
}
