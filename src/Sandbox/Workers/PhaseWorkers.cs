using System.Collections.Concurrent;

namespace Pylon.Sandbox.Workers;

/// <summary>
/// Plays the workers for work that names no job: nothing is computed, a part takes its configured time and is reported. It
/// claims, renews and completes parts as any worker does.
/// </summary>
internal sealed class PhaseWorkers(PylonClient pylon, WorkerPool pool, TimeProvider time, ILogger<PhaseWorkers> log) : BackgroundService
{
    private const int MostHeld = 64;
    private const int LeaseShare = 3;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Task> _playing = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _ended = new(0);

    public override void Dispose()
    {
        _ended.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = FirstPause;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await pool.WhenNotPausedAsync(stoppingToken);
                while (_playing.Count >= MostHeld)
                    await _ended.WaitAsync(stoppingToken);
                foreach (var part in await pylon.ClaimAsync(MostHeld - _playing.Count, stoppingToken))
                    _playing[part.Token] = PlayAsync(part, stoppingToken);
                (pool.Following, pause) = (true, FirstPause);
                continue;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e) when (PylonClient.IsTransient(e, stoppingToken))
            {
                if (pool.Following)
                    log.Unreachable(e.Message);
            }
            catch (Exception e)
            {
                log.Refused(e);
            }

            pool.Following = false;
            await Task.Delay(pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        await Task.WhenAll(_playing.Values);
    }

    private async Task PlayAsync(PlayedPart part, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var record = pool.Begin(part);
        try
        {
            using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var renewing = RenewAsync(part, lost);
            try
            {
                await PlayAsync(record, part, lost.Token);
            }
            finally
            {
                await lost.CancelAsync();
                await renewing;
            }
        }
        catch (OperationCanceledException)
        {
            // The lease is lost, or this process ends: another worker gets the part.
        }
        catch (Exception e)
        {
            log.PartFailed(e, part.BatchId, part.Phase, part.Part);
        }
        finally
        {
            record.End();
            _playing.TryRemove(part.Token, out _);
            _ended.Release();
        }
    }

    private async Task PlayAsync(JobRecord record, PlayedPart part, CancellationToken cancellationToken)
    {
        var faults = pool.FaultsOf(part);
        if (faults.TryGetValue(WorkerFaults.Delay, out var delay))
            await Task.Delay(delay.Delay, time, cancellationToken);
        if (faults.ContainsKey(WorkerFaults.FailPhase))
        {
            await FailAsync(record, part, forGood: true, cancellationToken);
            return;
        }

        if (part.Number == 1 && faults.ContainsKey(WorkerFaults.FailPart) && pool.IsFirst(part))
        {
            await FailAsync(record, part, forGood: false, cancellationToken);
            return;
        }

        var began = time.GetUtcNow();
        await Task.Delay(pool.PartDuration, time, cancellationToken);
        await pool.WhenNotPausedAsync(cancellationToken);
        var ended = time.GetUtcNow();
        if (faults.ContainsKey(WorkerFaults.LateReports))
            await Task.Delay(pool.Late * (part.Parts - part.Number), time, cancellationToken);
        var completed = await pylon.CompleteAsync(part, pool.PartKwh, began, ended, cancellationToken);
        record.Reported(part, completed ? "completed" : "refused");
        if (faults.ContainsKey(WorkerFaults.DuplicateReports))
            record.Reported(part, await pylon.CompleteAsync(part, pool.PartKwh, began, ended, cancellationToken) ? "completed" : "refused");
    }

    private async Task FailAsync(JobRecord record, PlayedPart part, bool forGood, CancellationToken cancellationToken) =>
        record.Reported(part, await pylon.FailAsync(part, forGood, cancellationToken) ? "failed" : "refused");

    private async Task RenewAsync(PlayedPart part, CancellationTokenSource lost)
    {
        try
        {
            var lease = part.Lease;
            while (true)
            {
                await Task.Delay(lease / LeaseShare, time, lost.Token);
                if (await pylon.RenewAsync(part, lost.Token) is not { } renewed)
                {
                    await lost.CancelAsync();
                    return;
                }

                lease = renewed;
            }
        }
        catch (OperationCanceledException)
        {
            // The part has ended.
        }
    }
}
