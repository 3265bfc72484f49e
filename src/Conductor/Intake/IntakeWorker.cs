using Microsoft.Extensions.Options;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Catalogues;
using Pylon.Conductor.Circuits;
using Pylon.Conductor.Completions;
using Pylon.Conductor.DeadLetters;
using Pylon.Conductor.Shared;
using Pylon.Messaging;

namespace Pylon.Conductor.Intake;

/// <summary>
/// Consumes completions. An entry is acknowledged when its report is durable or it is a dead letter; until then it stays
/// pending and is taken over, by this consumer or another. Processing it twice is safe: the report has the event's id.
/// </summary>
internal sealed class IntakeWorker(
    GroupConsumer consumer,
    IBatches batches,
    Catalogue catalogue,
    DeadLetterBox deadLetters,
    IOptions<ConductorOptions> options,
    ConductorMetrics metrics,
    TimeProvider time,
    ILogger<IntakeWorker> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(CompletionTopic.All.Select(topic => consumer.RunAsync(
            topic.Name,
            options.Value.ConsumerGroup,
            options.Value.ClaimAfter,
            (entries, token) => ProcessAsync(topic, entries, token),
            e => logger.Interrupted(e, topic.Name),
            othersAppend: true,
            stoppingToken)));

    private async Task<IReadOnlyCollection<string>> ProcessAsync(
        CompletionTopic topic, IReadOnlyList<GroupEntry> entries, CancellationToken cancellationToken)
    {
        var done = await Task.WhenAll(entries.Select(entry => ProcessAsync(topic, entry, cancellationToken)));
        return [.. entries.Zip(done).Where(x => x.Second).Select(x => x.First.Position)];
    }

    /// <summary>True when the entry is processed or a dead letter; false leaves it pending. Whatever happens to it, the others go on.</summary>
    private async Task<bool> ProcessAsync(CompletionTopic topic, GroupEntry entry, CancellationToken cancellationToken)
    {
        try
        {
            var (report, fault) = Completion.Read(topic, entry.Format, entry.Body, catalogue, time.GetUtcNow());
            if (report is not null)
                fault = await FaultOfAsync(report, entry, cancellationToken);
            if (fault is not null)
                await deadLetters.AddAsync(entry, fault, cancellationToken);
            metrics.Consumed(topic.Name, fault is null ? "processed" : "dead_lettered");
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            logger.NotProcessed(e, topic.Name, entry.Position, entry.Deliveries);
            metrics.Consumed(topic.Name, "postponed");
            return false;
        }
    }

    /// <summary>
    /// Null when the report is durable; the reason when it failed for the last time. An unreachable store is waited for,
    /// however long; other failures are retried a limited number of times.
    /// </summary>
    private async Task<string?> FaultOfAsync(PhaseReport report, GroupEntry entry, CancellationToken cancellationToken)
    {
        using var scope = logger.BatchScope(report.BatchId, report.CorrelationId);
        try
        {
            await batches.ReportAsync(report, cancellationToken);
            return null;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && !StoreFailure.Is(e) && entry.Deliveries >= options.Value.MaxDeliveries)
        {
            logger.GivenUp(e, entry.Position, entry.Deliveries);
            return e.Message;
        }
    }
}
