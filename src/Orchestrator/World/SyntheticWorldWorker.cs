using Microsoft.Extensions.Options;
using Pylon.Orchestrator.GridNow;

namespace Pylon.Orchestrator.World;

/// <summary>
/// Makes the world at the first start and adds a workload in each interval since 1970, whose number is that of the
/// workload: so several instances add it once. It does nothing while PYLON_SYNTHETIC_WORLD is off or the world is removed.
/// </summary>
internal sealed class SyntheticWorldWorker(
    SyntheticWorldStore store, GridNowStore grid, IOptions<SyntheticWorldOptions> options, TimeProvider time, ILogger<SyntheticWorldWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Enabled)
            return;
        var interval = options.Value.Interval;
        using var timer = new PeriodicTimer(interval, time);
        do
        {
            try
            {
                await StepAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.NotAdded(e, interval);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Adds the workload of the present interval, if there is still none.</summary>
    internal async Task StepAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var world = new SyntheticWorld(settings.Seed);
        if (await store.FindAsync(cancellationToken) is not { } known)
        {
            var rows = await store.CreateAsync(settings.Seed, world, cancellationToken);
            logger.Made(settings.Seed, rows ?? 0);
        }
        else if (!known.IsThere)
        {
            return;
        }
        else if (known.Seed != settings.Seed)
        {
            logger.OtherSeed(known.Seed, settings.Seed);
            return;
        }

        var now = time.GetUtcNow();
        var one = world.Workload(now.UtcTicks / settings.Interval.Ticks);
        var isStressed = await grid.StressAsync(now, cancellationToken) > SyntheticWorld.HighStress;
        if (isStressed && one.IsSkippedUnderStress)
            return;
        if (await store.AddAsync(settings.Seed, world, one, isStressed && one.Urgency == "LOW", settings.MaxWorkloads, cancellationToken))
            logger.Added(one.JobId);
    }
}
