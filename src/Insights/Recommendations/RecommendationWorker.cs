using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pylon.Postgres;

namespace Pylon.Insights.Recommendations;

/// <summary>
/// Makes recommendations for each hotspot of warn and above, once, and ends those that nobody decided. Any number of
/// instances may do it at once.
/// </summary>
internal sealed class RecommendationWorker(
    Listener listener,
    RecommendationStore store,
    RecommendationMaker maker,
    IOptions<RecommendationOptions> options,
    TimeProvider time,
    ILogger<RecommendationWorker> logger)
    : BackgroundService
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    // Hotspots whose recommendations could not be made, and when they are tried again.
    private readonly ConcurrentDictionary<Guid, (DateTimeOffset At, TimeSpan Delay)> _waiting = [];

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => listener.RunAsync(
        ["recommendation_due"], (_, cancellationToken) => DrainAsync(cancellationToken), options.Value.PollInterval, stoppingToken);

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        await ExpireAsync(cancellationToken);
        ForgetOld();
        while (true)
        {
            var now = time.GetUtcNow();
            var waiting = _waiting.Where(one => one.Value.At > now).Select(one => one.Key).ToList();
            var due = await store.DueAsync(now - options.Value.OldestHotspot, options.Value.Batch, waiting, cancellationToken);
            if (due.Count == 0)
                return;
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = options.Value.MaxInFlight, CancellationToken = cancellationToken },
                async (hotspot, token) => await MakeAsync(hotspot, token));
        }
    }

    // Too old by now, or made by another instance.
    private void ForgetOld()
    {
        foreach (var (id, (at, _)) in _waiting)
        {
            if (at + LongestDelay < time.GetUtcNow())
                _waiting.TryRemove(id, out _);
        }
    }

    private async Task ExpireAsync(CancellationToken cancellationToken)
    {
        int expired;
        do
        {
            expired = await store.ExpireAsync(time.GetUtcNow(), options.Value.Batch, cancellationToken);
            if (expired > 0)
                logger.Expired(expired);
        }
        while (expired == options.Value.Batch);
    }

    private async Task MakeAsync(DueHotspot hotspot, CancellationToken cancellationToken)
    {
        try
        {
            await maker.MakeAsync(hotspot, cancellationToken);
            _waiting.TryRemove(hotspot.Id, out _);
        }
        catch (Exception e) when (e is not OperationCanceledException && !PostgresFailure.IsTransient(e))
        {
            // An error of one hotspot; the others go on.
            var delay = _waiting.TryGetValue(hotspot.Id, out var before) ? before.Delay * 2 : options.Value.RetryDelay;
            delay = delay < LongestDelay ? delay : LongestDelay;
            logger.NotMade(e, hotspot.Id, delay);
            _waiting[hotspot.Id] = (time.GetUtcNow() + delay, delay);
        }
    }
}
