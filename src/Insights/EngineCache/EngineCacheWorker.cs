using Microsoft.Extensions.Options;

namespace Pylon.Insights.EngineCache;

/// <summary>Deletes old answers of the engine.</summary>
internal sealed class EngineCacheWorker(PredictionStore store, IOptions<EngineCacheOptions> options, TimeProvider time, ILogger<EngineCacheWorker> log) : BackgroundService
{
    private const int RowsAtOnce = 10_000;
    private const int MostRounds = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PurgeInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await PurgeAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                log.CannotPurge(options.Value.PurgeInterval, e);
            }
        }
    }

    private async Task PurgeAsync(CancellationToken cancellationToken)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            if (await store.PurgeAsync(time.GetUtcNow() - options.Value.MaxAge, options.Value.MaxRows, RowsAtOnce, cancellationToken) < RowsAtOnce)
                return;
        }
    }
}
