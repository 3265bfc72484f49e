namespace Pylon.Insights.Engines;

/// <summary>Checks the health of the external engines whose addresses are set.</summary>
internal sealed class EngineHealthWorker(MlEngine ml, RagEngine rag, TimeProvider time, ILogger<EngineHealthWorker> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(new[] { ml.Client, rag.Client }.Where(client => client.IsConfigured).Select(client => WatchAsync(client, stoppingToken)));

    private async Task WatchAsync(EngineClient client, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(client.Limits.HealthInterval, time);
        try
        {
            do
            {
                try
                {
                    await client.CheckAsync(cancellationToken);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    logger.CheckFailed(client.Limits.Words, e);
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }
}
