namespace Pylon.Sandbox.Workers;

/// <summary>
/// Hears of pipelines on Pylon's broadcast, as any worker outside of it can: what is kept first, because it may have
/// been said while nobody listened, then what comes. Comes back with its last position when the connection is lost.
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
                // A position that is no longer understood, say: what is kept tells it all again.
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
