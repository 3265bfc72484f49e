using Microsoft.Extensions.Options;

namespace Pylon.Insights.Hotspots;

/// <summary>Scans at its interval, once over all instances.</summary>
internal sealed class ScanWorker(Scanner scanner, IOptions<HotspotOptions> options, TimeProvider time, ILogger<ScanWorker> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(options.Value.CheckInterval, time, stoppingToken);
            try
            {
                if (await scanner.ScanWhenDueAsync(stoppingToken) is { Found: > 0 } scan)
                    logger.Scanned(scan.Found);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.NotScanned(e, options.Value.CheckInterval);
            }
        }
    }
}
