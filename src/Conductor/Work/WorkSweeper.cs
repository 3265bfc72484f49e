using Microsoft.Extensions.Options;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Shared;

namespace Pylon.Conductor.Work;

/// <summary>Fails the phases that cannot be completed any more: past their deadline, or with a part that failed too often.</summary>
internal sealed class WorkSweeper(
    WorkStore store, IBatches batches, IOptions<WorkOptions> work, IOptions<ConductorOptions> options, TimeProvider time, ILogger<WorkSweeper> logger) : BackgroundService
{
    private const int MaxReason = 200;
    private const int KeepShare = 4;

    private static readonly TimeSpan LongestKeep = TimeSpan.FromMinutes(1);

    /// <summary>Fails what is there now; the number of phases.</summary>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var dead = await store.DeadAsync(cancellationToken);
        foreach (var phase in dead)
            await FailAsync(batches, phase, time, cancellationToken);
        foreach (var phase in dead)
            logger.PhaseFails(phase.BatchId, phase.Phase, phase.Reason);
        return dead.Count;
    }

    /// <summary>Reports that a phase has failed as a whole; under an order it is one report, whoever finds it first.</summary>
    public static Task FailAsync(IBatches batches, DeadPhase phase, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var reason = phase.Reason.Length <= MaxReason ? phase.Reason : phase.Reason[..MaxReason];
        return batches.ReportAsync(
            new PhaseReport(StableId.Of("failed", phase.BatchId, phase.Phase, "", $"{phase.Revision}"), phase.BatchId, phase.Phase, "", Succeeded: false, reason, phase.CorrelationId, now) { Revision = phase.Revision }, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (keepEvery, kept) = (options.Value.StateTtl / KeepShare, 0L);
        keepEvery = keepEvery < LongestKeep ? keepEvery : LongestKeep;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunAsync(stoppingToken);
                if (kept == 0 || time.GetElapsedTime(kept) >= keepEvery)
                {
                    await store.KeepAsync(options.Value.StateTtl, stoppingToken);
                    kept = time.GetTimestamp();
                }
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.SweepInterrupted(e, work.Value.SweepEvery);
            }

            await Task.Delay(work.Value.SweepEvery, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
