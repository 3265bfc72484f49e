namespace Pylon.Sandbox.Workers;

/// <summary>
/// Hears of pipelines on Pylon's broadcast, as any worker outside of it can: what is kept first, because it may have
/// been said while nobody listened, then what comes. Comes back with its last position when the connection is lost.
/// </summary>
internal sealed class BatchFeed(PylonFace pylon, Crew crew, TimeProvider time, ILogger<BatchFeed> log) : BackgroundService
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
                position ??= await CatchUp(stoppingToken);
                await foreach (var (at, job) in pylon.Follow(position, stoppingToken))
                {
                    (crew.Following, pause) = (true, FirstPause);
                    if (job is not null)
                        await crew.Take(job, stoppingToken);
                    position = at ?? position;
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (PylonFace.IsTransient(e, stoppingToken))
            {
                if (crew.Following)
                    Log.FeedLost(log, e.Message);
            }
            catch (Exception e)
            {
                // A position that is no longer understood, say: what is kept tells it all again.
                Log.FeedRefused(log, e);
                position = null;
            }

            crew.Following = false;
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private async Task<string> CatchUp(CancellationToken cancellationToken)
    {
        var (jobs, position) = await pylon.Kept(cancellationToken);
        foreach (var job in jobs)
            await crew.Take(job, cancellationToken);
        return position;
    }
}
