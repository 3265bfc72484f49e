using System.Data;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Events.V1;
using Pylon.Messaging;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Runs;

/// <summary>
/// Stores the progress that the Conductor's events report. Neither the instance that takes an event nor the order and
/// number of events matters: <see cref="RunRules.Apply"/> gives the same run.
/// </summary>
internal sealed class RunEventWorker(
    GroupConsumer consumer, IEventStream stream, RunStore store, IOptions<RunOptions> options, DeadLetterMetrics metrics, TimeProvider time, ILogger<RunEventWorker> logger) : BackgroundService
{
    private const string Topic = "batches";
    private const string Group = "orchestrator";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        consumer.RunAsync(Topic, Group, options.Value.ClaimAfter, TakeAsync, e => logger.EventsInterrupted(e), othersAppend: false, stoppingToken);

    /// <summary>
    /// All reports of a workload are stored in one transaction. An entry that cannot be read is published as a dead letter;
    /// neither it nor a workload whose reports cannot be stored stops the others.
    /// </summary>
    internal async Task<IReadOnlyCollection<string>> TakeAsync(IReadOnlyList<GroupEntry> entries, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (reports, letters) = (new List<(Guid WorkloadId, PhaseReport Report)>(), new List<(GroupEntry Entry, string Reason)>());
        foreach (var entry in entries)
        {
            try
            {
                if (PhaseReport.Read(entry, now) is { } read)
                    reports.Add(read);
            }
            catch (FormatException e)
            {
                letters.Add((entry, e.Message));
            }
        }

        foreach (var workload in reports.GroupBy(r => r.WorkloadId, r => r.Report))
        {
            try
            {
                await store.ChangeAsync(workload.Key, run => Apply(run, [.. workload], now), cancellationToken);
            }
            catch (Exception e) when (IsRefused(e))
            {
                logger.ReportsRefused(e, workload.Key);
            }
        }

        // The stream recognises the id of one that is published again.
        if (letters.Count > 0)
        {
            await stream.PublishDeadLettersAsync(Topic, [.. letters.Select(letter => Letter(letter.Entry, letter.Reason))], cancellationToken);
            metrics.Added(Topic, letters.Count);
        }

        foreach (var (entry, reason) in letters)
            logger.DeadLettered(Topic, entry.Position, reason);
        return [.. entries.Select(entry => entry.Position)];
    }

    private static DeadLetter Letter(GroupEntry entry, string reason) => new(
        new Event { Id = $"{Group}-{entry.Position}", Source = "pylon/orchestrator", Subject = entry.Position }, reason, entry.Body);

    /// <summary>The database refuses the reports, or the run in it cannot be read; trying again would not help.</summary>
    private static bool IsRefused(Exception e) =>
        e is PostgresException { SqlState: ['2', '2' or '3', ..] }
            or DataException or InvalidProtocolBufferException or InvalidOperationException { InnerException: null } or FormatException or ArgumentException or OverflowException;

    private RunRecord Apply(RunRecord run, IReadOnlyList<PhaseReport> reports, DateTimeOffset now) =>
        RunRules.Apply(run, reports, now) is var applied && ReferenceEquals(applied, run) || run.State == RunRecord.Requested
            ? applied
            : applied with { DueIn = options.Value.AskAfter };
}
