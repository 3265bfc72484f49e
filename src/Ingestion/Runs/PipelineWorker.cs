using Microsoft.Extensions.Options;
using Pylon.Ingestion.Clients;

namespace Pylon.Ingestion.Runs;

/// <summary>
/// Begins an ingestion run of all sources at start, and one of each at every interval, unless another instance has; a
/// source that failed is read again sooner.
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
                await (isStarted ? RunDueAsync(stoppingToken) : runner.TryBeginAsync("start", null, [], time.GetUtcNow() - StartedTogether, stoppingToken));
                isStarted = true;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                logger.RunNotBegun(e);
            }

            await Task.Delay(options.Value.RetryInterval, time, stoppingToken);
        }
    }

    private async Task RunDueAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = await runs.DueAsync(runner.Names, now - (options.Value.Interval * Slack), now - (options.Value.RetryInterval * Slack), cancellationToken);
        if (due.Count > 0)
            await runner.TryBeginAsync("schedule", null, due, now, cancellationToken);
    }
}
