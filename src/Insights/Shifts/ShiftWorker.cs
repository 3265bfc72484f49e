using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Postgres;

namespace Pylon.Insights.Shifts;

/// <summary>
/// Looks at open hotspots, and goes on with chosen proposals whose shift is not known to be made. Any number of instances may
/// do it at once: a workload has one open proposal, and the same shift is made once.
/// </summary>
internal sealed class ShiftWorker(ShiftStore store, ShiftMaker maker, IOptions<ShiftOptions> options, TimeProvider time, ILogger<ShiftWorker> logger) : BackgroundService
{
    private const int MaxUnfinished = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        do
        {
            try
            {
                await RoundAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.RoundFailed(e, options.Value.Interval);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RoundAsync(CancellationToken cancellationToken)
    {
        await store.WithdrawOverAsync(cancellationToken);
        // A call that still runs ends within its bound.
        foreach (var proposal in await store.UnfinishedAsync(options.Value.CallBound * 2, MaxUnfinished, cancellationToken))
        {
            try
            {
                await maker.ShiftAsync(proposal, cancellationToken);
            }
            catch (Exception e) when (IsOfOne(e, cancellationToken))
            {
                logger.NotShifted(e, proposal.Id, options.Value.Interval);
            }
        }

        foreach (var hotspot in await store.OpenHotspotsAsync(options.Value.MaxHotspots, cancellationToken))
        {
            try
            {
                await maker.ProposeAsync(hotspot, cancellationToken);
            }
            catch (Exception e) when (IsOfOne(e, cancellationToken))
            {
                logger.NotProposed(e, hotspot.Id, options.Value.Interval);
            }
        }
    }

    // An error of one; the others go on. Without the Orchestrator or PostgreSQL none of them can, and the round is over.
    private static bool IsOfOne(Exception e, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && e is not RpcException { StatusCode: StatusCode.Unavailable } && !PostgresFailure.IsTransient(e);
}
