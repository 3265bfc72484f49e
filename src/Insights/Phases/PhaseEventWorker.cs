using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Events.V1;
using Pylon.Messaging;

namespace Pylon.Insights.Phases;

/// <summary>
/// Stores the progress that the Conductor's events report. An entry that cannot be read becomes a dead letter and stops no
/// other; neither the order nor the number of the entries matters.
/// </summary>
internal sealed class PhaseEventWorker(
    GroupConsumer consumer, IEventStream stream, PhaseStore store, IOptions<PhaseOptions> options, TimeProvider time, ILogger<PhaseEventWorker> logger) : BackgroundService
{
    private const string Topic = "batches";
    private const string Group = "insights";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        consumer.RunAsync(Topic, Group, options.Value.ClaimAfter, TakeAsync, e => logger.EventsInterrupted(e), othersAppend: false, stoppingToken);

    /// <summary>The progress of all phases is stored in one statement; gives the positions of all entries.</summary>
    internal async Task<IReadOnlyCollection<string>> TakeAsync(IReadOnlyList<GroupEntry> entries, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (phases, letters) = (new Dictionary<(string, string), PhaseProgress>(), new List<(GroupEntry Entry, string Reason)>());
        foreach (var entry in entries)
        {
            try
            {
                if (PhaseProgress.Read(entry, now) is { } read)
                    phases[(read.BatchId, read.Phase)] = phases.TryGetValue((read.BatchId, read.Phase), out var earlier) ? earlier.With(read) : read;
            }
            catch (FormatException e)
            {
                letters.Add((entry, e.Message));
            }
        }

        if (phases.Count > 0)
            await ApplyAsync([.. phases.Values], cancellationToken);
        // The stream recognises the id of one that is published again.
        if (letters.Count > 0)
            await stream.PublishDeadLettersAsync(Topic, [.. letters.Select(letter => Letter(letter.Entry, letter.Reason))], cancellationToken);
        foreach (var (entry, reason) in letters)
            logger.DeadLettered(Topic, entry.Position, reason);
        return [.. entries.Select(entry => entry.Position)];
    }

    private async Task ApplyAsync(List<PhaseProgress> phases, CancellationToken cancellationToken)
    {
        try
        {
            await store.ApplyAsync(phases, options.Value.Settle, cancellationToken);
        }
        catch (PostgresException e) when (IsRefused(e))
        {
            // One of them is refused, for ever: the others are stored without it.
            foreach (var phase in phases)
            {
                try
                {
                    await store.ApplyAsync([phase], options.Value.Settle, cancellationToken);
                }
                catch (PostgresException one) when (IsRefused(one))
                {
                    logger.ProgressRefused(one, phase.BatchId, phase.Phase);
                }
            }
        }
    }

    // Data exceptions and broken constraints.
    private static bool IsRefused(PostgresException e) => e.SqlState is ['2', '2' or '3', ..];

    private static DeadLetter Letter(GroupEntry entry, string reason) => new(
        new Event { Id = $"{Group}-{entry.Position}", Source = "pylon/insights", Subject = entry.Position }, reason, entry.Body);
}
