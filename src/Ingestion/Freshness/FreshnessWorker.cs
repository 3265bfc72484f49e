using Microsoft.Extensions.Options;
using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Runs;

namespace Pylon.Ingestion.Freshness;

/// <summary>Checks how long ago each source was read, and sends an alert when one has become stale: once over all instances.</summary>
internal sealed class FreshnessWorker(
    FreshnessStore store, SourceFreshness freshness, PipelineRunner runner, IOptions<SourcesOptions> options, TimeProvider time, ILogger<FreshnessWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (isRegistered, isLogged) = (false, false);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!isRegistered && options.Value.Scheduled)
                    await store.RegisterAsync(runner.Names, time.GetUtcNow(), stoppingToken);
                isRegistered = true;
                await CheckAsync(stoppingToken);
                isLogged = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // Once per outage.
                if (!isLogged)
                    logger.FreshnessUnknown(e);
                isLogged = true;
            }

            await Task.Delay(Interval, time, stoppingToken);
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        var known = await store.ReadAsync(cancellationToken);
        freshness.Update([.. known.Select(k => k.Age)]);
        foreach (var (age, _) in known.Where(k => k.Age.IsAlerted && k.Age.FreshAt >= freshness.Limit))
            await store.EndStalenessAsync(age.Source, freshness.Limit, cancellationToken);
        foreach (var (age, error) in known.Where(k => !k.Age.IsAlerted && k.Age.Since < freshness.Limit))
        {
            if (await store.MarkStaleAsync(age, error, freshness.Limit, cancellationToken))
                logger.SourceStale(age.Source, age.Since, error);
        }
    }
}
