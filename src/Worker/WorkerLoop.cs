using System.Collections.Concurrent;
using Grpc.Core;
using Pylon.Client;
using Pylon.Conductor.V1;
using Pylon.Worker.Claims;
using Pylon.Worker.Energy;
using Pylon.Worker.Jobs;
using Pylon.Worker.Processes;

namespace Pylon.Worker;

/// <summary>
/// A worker: joins, claims parts while it has slots, runs them, renews their leases and reports. It asks an unreachable Pylon again
/// for ever. When it is stopped it claims no more; parts in progress run on for a while, and what has not ended then is handed back.
/// </summary>
public sealed class WorkerLoop
{
    private const int LeaseShare = 3;
    private const int RenewedTogether = 100;

    private static readonly TimeSpan JoinEvery = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestRenewal = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ShortestRenewal = TimeSpan.FromMilliseconds(200);

    private readonly WorkerSettings _settings;
    private readonly IReadOnlyDictionary<string, JobDefinition> _jobs;
    private readonly TimeProvider _time;
    private readonly Action<string> _log;
    private readonly Reports _reports;
    private readonly PartRun _parts;
    private readonly ConcurrentDictionary<long, (Held Held, Task Run)> _running = new();
    private readonly SemaphoreSlim _changed = new(0);

    /// <summary>Reads the jobs.</summary>
    /// <exception cref="WorkerException">The worker cannot run as it is set up.</exception>
    public WorkerLoop(PylonClient client, WorkerSettings settings, TimeProvider time, Action<string> log)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (Launch.Missing is { } missing)
            throw new WorkerException(missing);
        (_settings, _time, _log, _jobs) = (settings, time, log, JobsFile.Read(settings.JobsFile));
        _reports = new Reports(client, settings, time, log);
        var meter = new EnergyMeter(new PowerCounters(), settings.Watts, settings.Pue, EnergyMeter.BusySeconds);
        _parts = new PartRun(settings, _jobs, meter, _reports, time, log);
    }

    /// <summary>Works until it is stopped, and then drains.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var handBack = new CancellationTokenSource();
        using var ended = new CancellationTokenSource();
        var renewing = RenewAsync(ended.Token);
        try
        {
            await ClaimAsync(handBack, cancellationToken);
        }
        catch (Exception e) when (IsStop(e, cancellationToken))
        {
            // Drains.
        }
        finally
        {
            if (!_running.IsEmpty)
                _log($"stops: {_running.Count} parts run on for at most {_settings.Grace.TotalSeconds:0} s, then they are handed back");
            handBack.CancelAfter(_settings.Grace);
            await Task.WhenAll(_running.Values.Select(one => one.Run));
            await ended.CancelAsync();
            await renewing;
            _log("stopped");
        }
    }

    // A call that is given up throws an RpcException.
    private static bool IsStop(Exception e, CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested && e is OperationCanceledException or RpcException;

    private async Task ClaimAsync(CancellationTokenSource handBack, CancellationToken cancellationToken)
    {
        var worker = new Conductor.V1.Worker { Name = _settings.Name, Zones = { _settings.Zones }, Jobs = { _jobs.Values.Select(job => job.Contract) } };
        var (joined, isJoined, failed) = (0L, false, 0);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!isJoined || _time.GetElapsedTime(joined) > JoinEvery)
            {
                await _reports.JoinAsync(worker, cancellationToken);
                (joined, isJoined) = (_time.GetTimestamp(), true);
                _log($"joined as {_settings.Name} in {string.Join(", ", _settings.Zones)} with {string.Join(", ", _jobs.Keys)}");
            }

            while (_running.Count >= _settings.Slots)
                await _changed.WaitAsync(cancellationToken);
            var asked = _time.GetTimestamp();
            try
            {
                var request = new ClaimWorkRequest { Worker = _settings.Name, Zones = { _settings.Zones }, Jobs = { _jobs.Keys }, MaxParts = Math.Min(100, _settings.Slots - _running.Count) };
                var claims = await _reports.ClaimAsync(request, cancellationToken);
                failed = 0;
                foreach (var claim in await FreshAsync(claims, asked, cancellationToken))
                    Begin(claim.Claim, claim.Asked, handBack);
            }
            catch (RpcException e) when (!cancellationToken.IsCancellationRequested && Reports.IsTransient(e))
            {
                var pause = Reports.Pause(failed++);
                _log($"Pylon does not answer ({e.StatusCode} {e.Status.Detail}); asks again in {pause.TotalSeconds:0.0} s");
                // A restarted Conductor may have forgotten it.
                isJoined = isJoined && failed < 3;
                await Task.Delay(pause, _time, cancellationToken);
            }
        }
    }

    /// <summary>
    /// The claims with a time before which their leases did not begin. Of a call that has waited long that time is too far back, or,
    /// when this process was frozen, they are over; so their leases are renewed first.
    /// </summary>
    private async Task<IReadOnlyList<(Claim Claim, long Asked)>> FreshAsync(IReadOnlyList<Claim> claims, long asked, CancellationToken cancellationToken)
    {
        if (claims.Count == 0 || _time.GetElapsedTime(asked) < claims[0].Lease.ToTimeSpan() / 10)
            return [.. claims.Select(claim => (claim, asked))];
        var again = _time.GetTimestamp();
        var renewed = (await _reports.RenewAsync(claims.Select(claim => new Renewal { Token = claim.Token }), cancellationToken)).Select(one => one.Token).ToHashSet();
        return [.. claims.Where(claim => renewed.Contains(claim.Token)).Select(claim => (claim, again))];
    }

    private void Begin(Claim claim, long asked, CancellationTokenSource handBack)
    {
        var held = new Held(claim, asked, _time);
        var begin = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _running[claim.Token] = (held, RunAsync(held, begin.Task, handBack));
        begin.SetResult();
    }

    private async Task RunAsync(Held held, Task begin, CancellationTokenSource handBack)
    {
        await begin;
        try
        {
            await _parts.RunAsync(held, handBack.Token);
        }
        catch (Exception e)
        {
            _log($"{held.Claim.BatchId} {held.Claim.Phase} {held.Claim.Part}: {e.Message}; somebody else gets it when its lease ends");
        }
        finally
        {
            _running.TryRemove(held.Claim.Token, out _);
            held.Dispose();
            _changed.Release();
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var shortest = _running.Values.Select(one => one.Held.Lease / LeaseShare).Append(LongestRenewal).Min();
                await Task.Delay(_running.IsEmpty ? ShortestRenewal : shortest > ShortestRenewal ? shortest : ShortestRenewal, _time, cancellationToken);
                foreach (var together in _running.Values.Select(one => one.Held).ToList().Chunk(RenewedTogether))
                    await RenewAsync(together, cancellationToken);
            }
        }
        catch (Exception e) when (IsStop(e, cancellationToken))
        {
            // Nothing is held any more.
        }
    }

    private async Task RenewAsync(IReadOnlyList<Held> together, CancellationToken cancellationToken)
    {
        var asked = _time.GetTimestamp();
        try
        {
            var renewed = await _reports.RenewAsync(together.Select(one => new Renewal { Token = one.Claim.Token, Output = one.Output?.Tail ?? "" }), cancellationToken);
            var leases = renewed.ToDictionary(one => one.Token, one => one.Lease.ToTimeSpan());
            foreach (var one in together)
            {
                if (leases.TryGetValue(one.Claim.Token, out var lease))
                    one.Renew(lease, asked);
                else if (_running.ContainsKey(one.Claim.Token))
                    one.Lose();
            }
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            _log($"could not renew {together.Count} leases ({e.StatusCode} {e.Status.Detail})");
        }
        catch (ObjectDisposedException)
        {
            // One of them has ended meanwhile.
        }
    }
}
