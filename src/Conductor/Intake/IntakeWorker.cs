using Microsoft.Extensions.Options;
using Pylon.Conductor.Batches;
using Pylon.Conductor.DeadLetters;
using Pylon.Conductor.Pipelines;
using Pylon.Messaging;

namespace Pylon.Conductor.Intake;

/// <summary>
/// Consumes completions. An entry is acknowledged when its report is durable or it is a dead letter; until then it stays
/// pending and is taken over, by this consumer or another. Doing it twice does no harm: the report has the event's id.
/// </summary>
internal sealed class IntakeWorker(
    IEventGroup groups,
    IBatches batches,
    Catalogue catalogue,
    DeadLetterBox deadLetters,
    IOptions<ConductorOptions> options,
    ConductorMetrics metrics,
    TimeProvider time,
    ILogger<IntakeWorker> logger) : BackgroundService
{
    private const int MaxTogether = 200;
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private readonly string _consumer = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():N}";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(CompletionTopic.All.Select(topic => ConsumeAsync(topic, stoppingToken)));

    private async Task ConsumeAsync(CompletionTopic topic, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.Zero;
        // What died with a consumer before this one is looked for first.
        long? claimed = null;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                var found = 0;
                if (claimed is not { } at || time.GetElapsedTime(at) > options.Value.ClaimAfter / 2)
                {
                    var taken = await groups.ClaimAsync(
                        topic.Name, options.Value.ConsumerGroup, _consumer, options.Value.ClaimAfter, MaxTogether, cancellationToken);
                    found += taken.Count;
                    await ProcessAsync(topic, taken, cancellationToken);
                    if (taken.Count < MaxTogether)
                        claimed = time.GetTimestamp();
                }

                var entries = await groups.ReadAsync(topic.Name, options.Value.ConsumerGroup, _consumer, MaxTogether, cancellationToken);
                found += entries.Count;
                await ProcessAsync(topic, entries, cancellationToken);
                pause = TimeSpan.Zero;
                if (found == 0)
                    await Task.Delay(Idle, time, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                if (pause == TimeSpan.Zero)
                    logger.Interrupted(e, topic.Name);
                pause = TimeSpan.FromMilliseconds(Math.Clamp(pause.TotalMilliseconds * 2, 50, LongestPause.TotalMilliseconds));
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    private async Task ProcessAsync(CompletionTopic topic, IReadOnlyList<GroupEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
            return;
        var done = await Task.WhenAll(entries.Select(entry => ProcessAsync(topic, entry, cancellationToken)));
        var positions = entries.Zip(done).Where(x => x.Second).Select(x => x.First.Position).ToList();
        await groups.AcknowledgeAsync(topic.Name, options.Value.ConsumerGroup, positions, cancellationToken);
    }

    /// <summary>True when the entry is dealt with; false leaves it pending.</summary>
    private async Task<bool> ProcessAsync(CompletionTopic topic, GroupEntry entry, CancellationToken cancellationToken)
    {
        string reason;
        var (report, fault) = Completion.Read(topic, entry.Format, entry.Body, catalogue, time.GetUtcNow());
        if (report is null)
        {
            reason = fault!;
        }
        else
        {
            using var scope = logger.BatchScope(report.BatchId, report.CorrelationId);
            try
            {
                await batches.ReportAsync(report, cancellationToken);
                metrics.Consumed(topic.Name, "processed");
                return true;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // A store that is away is waited for, however long; anything else has so many chances.
                if (StoreFailure.Is(e) || entry.Deliveries < options.Value.MaxDeliveries)
                {
                    logger.NotProcessed(e, topic.Name, entry.Position, entry.Deliveries);
                    metrics.Consumed(topic.Name, "postponed");
                    return false;
                }

                reason = e.Message;
            }
        }

        await deadLetters.AddAsync(entry, reason, cancellationToken);
        metrics.Consumed(topic.Name, "dead_lettered");
        return true;
    }
}
