using Microsoft.Extensions.Options;
using Pylon.Postgres;

namespace Pylon.Insights.Outcomes;

/// <summary>Measures recommendations whose 28 days after the implementation are over. Any number of instances may do it at once.</summary>
internal sealed class OutcomeWorker(
    Listener listener, OutcomeStore store, OutcomeMeter meter, IOptions<OutcomeOptions> options, TimeProvider time, ILogger<OutcomeWorker> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => listener.RunAsync(
        ["outcome_due"], (_, cancellationToken) => DrainAsync(cancellationToken), options.Value.Interval, stoppingToken);

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        // Those that failed are tried again with the next call.
        var seen = new HashSet<Guid>();
        while (true)
        {
            var until = time.GetUtcNow() - TimeSpan.FromDays(Outcome.Days) - options.Value.Settle;
            var due = await store.DueAsync(until, options.Value.Batch, seen, cancellationToken);
            if (due.Count == 0)
                return;
            foreach (var recommendation in due)
            {
                seen.Add(recommendation.Id);
                await MeasureAsync(recommendation, cancellationToken);
            }
        }
    }

    private async Task MeasureAsync(Recommendations.Recommendation recommendation, CancellationToken cancellationToken)
    {
        try
        {
            await meter.FinishAsync(recommendation, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException && !PostgresFailure.IsTransient(e))
        {
            // An error of one recommendation; the others go on.
            logger.NotMeasured(e, recommendation.Id, options.Value.Interval);
        }
    }
}
