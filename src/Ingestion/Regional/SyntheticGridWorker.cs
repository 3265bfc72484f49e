using Polly;
using Polly.Retry;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Regional;

/// <summary>
/// Fills the current half hour and the two days after it with synthetic values where no source has given one: at start
/// and at the start of every half hour. Any number of instances may do so.
/// </summary>
internal sealed class SyntheticGridWorker(
    RegionalStore store, NationalFill national, SyntheticGridCoverage coverage, TimeProvider time, ILogger<SyntheticGridWorker> logger)
    : BackgroundService
{
    private const int Ahead = 97;

    private readonly ResiliencePipeline _untilFilled = new ResiliencePipelineBuilder { TimeProvider = time }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = int.MaxValue,
            BackoffType = DelayBackoffType.Exponential,
            Delay = TimeSpan.FromMilliseconds(250),
            MaxDelay = TimeSpan.FromSeconds(15),
            OnRetry = failure =>
            {
                // Once per outage. What is filled ahead lasts for two days.
                if (failure.AttemptNumber == 0)
                    logger.FillFailed(failure.Outcome.Exception!);
                return default;
            },
        })
        .Build();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await _untilFilled.ExecuteAsync(FillAsync, stoppingToken);
            var now = time.GetUtcNow();
            await Task.Delay(HalfHour.Containing(now) + HalfHour.Length - now, time, stoppingToken);
        }
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var first = HalfHour.Containing(now);
        var index = await store.ReadIndexAsync(cancellationToken);
        var filled = await store.FillAsync(RegionalWindow.Synthetic(first, Ahead, index), now, cancellationToken);
        await national.FillAsync(NationalWindow.Synthetic(first, Ahead, index), now, cancellationToken);
        coverage.Until = first + (Ahead * HalfHour.Length);
        if (filled > 0)
            logger.Filled(filled, coverage.Until);
    }
}
