using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Ingestion.V1;

namespace Pylon.Orchestrator.GridNow;

/// <summary>Asks Ingestion for the state of the national grid and keeps it in grid_now. Any number of instances may do it.</summary>
internal sealed class GridNowWorker(
    GridService.GridServiceClient grid, GridNowStore store, IOptions<GridNowOptions> options, TimeProvider time, ILogger<GridNowWorker> logger) : BackgroundService
{
    // While Ingestion has no value yet, as after the first start of both.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Interval, time);
        var isFailing = false;
        do
        {
            try
            {
                var asOf = time.GetUtcNow();
                using var call = grid.GetNationalGridAsync(new GetNationalGridRequest(), cancellationToken: stoppingToken);
                var now = (await call).Grid;
                if (now is { Window: not null })
                    await store.SaveAsync(now, asOf, stoppingToken);
                var isKnown = now is { CarbonIntensity: not null, Demand: not null, SystemPrice: not null };
                timer.Period = isKnown || options.Value.Interval < Soon ? options.Value.Interval : Soon;
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
                    logger.NotRefreshed(e is RpcException rpc ? rpc.Status.Detail : e.Message, options.Value.Interval);
                isFailing = true;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
