using Microsoft.Extensions.Options;

namespace Pylon.Ingestion.Runs;

/// <summary>
/// Visits all sources at start and each of them at every interval, unless another instance has; one that failed is
/// visited again sooner.
/// </summary>
internal sealed class PipelineWorker(PipelineRunner runner, RunStore runs, IOptions<SourcesOptions> options, TimeProvider time, ILogger<PipelineWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan StartedTogether = TimeSpan.FromMinutes(1);

    // A tick that comes a little early does not make a source wait for the next.
    private const double Slack = 0.95;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Scheduled)
            return;
        var isStarted = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await (isStarted ? VisitDueAsync(stoppingToken) : runner.TryBeginAsync("start", null, [], time.GetUtcNow() - StartedTogether, stoppingToken));
                isStarted = true;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.RunNotBegun(e);
            }

            await Task.Delay(options.Value.RetryInterval, time, stoppingToken);
        }
    }

    private async Task VisitDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = await runs.DueAsync(runner.Names, now - (options.Value.Interval * Slack), now - (options.Value.RetryInterval * Slack), cancellationToken);
        if (due.Count > 0)
            await runner.TryBeginAsync("schedule", null, due, now, cancellationToken);
    }
}
