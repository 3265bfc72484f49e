using Microsoft.Extensions.Options;

namespace Pylon.Insights.Baselines;

/// <summary>Makes baselines anew, once over all instances.</summary>
internal sealed class BaselineWorker(BaselineBuilder builder, IOptions<BaselineOptions> options, TimeProvider time, ILogger<BaselineWorker> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(options.Value.RecalcInterval, time, stoppingToken);
            try
            {
                if (await builder.BuildChangedAsync(stoppingToken) is > 0 and var built)
                    logger.Built(built);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.NotBuilt(e, options.Value.RecalcInterval);
            }
        }
    }
}
