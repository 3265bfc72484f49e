using Microsoft.Extensions.Options;

namespace Pylon.Ingestion.Runs;

/// <summary>Begins a run at start and then at every interval, unless another instance has.</summary>
internal sealed class PipelineWorker(PipelineRunner runner, IOptions<SourcesOptions> options, TimeProvider time, ILogger<PipelineWorker> logger) : BackgroundService
{
    private static readonly TimeSpan StartedTogether = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Scheduled)
            return;
        var (trigger, since) = ("start", StartedTogether);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await runner.TryBeginAsync(trigger, null, [], time.GetUtcNow() - since, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.RunNotBegun(e);
            }

            // Instances that started at different times do not each have a turn of their own.
            (trigger, since) = ("schedule", options.Value.Interval * 0.9);
            await Task.Delay(options.Value.Interval, time, stoppingToken);
        }
    }
}
