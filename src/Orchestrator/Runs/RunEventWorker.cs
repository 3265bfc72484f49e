using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Messaging;

namespace Pylon.Orchestrator.Runs;

/// <summary>
/// Stores the progress that the Conductor's events report. Neither the instance that takes an event nor the order and
/// number of events matters: <see cref="RunRules.Apply"/> gives the same run.
/// </summary>
internal sealed class RunEventWorker(
    GroupConsumer consumer, RunStore store, IOptions<RunOptions> options, TimeProvider time, ILogger<RunEventWorker> logger) : BackgroundService
{
    private const string Topic = "batches";
    private const string Group = "orchestrator";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        consumer.RunAsync(Topic, Group, options.Value.ClaimAfter, TakeAsync, e => logger.EventsInterrupted(e), stoppingToken);

    /// <summary>All reports of a workload are stored in one transaction.</summary>
    internal async Task<IReadOnlyCollection<string>> TakeAsync(IReadOnlyList<GroupEntry> entries, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var reports = entries.Select(entry => PhaseReport.Read(entry, now)).OfType<(Guid WorkloadId, PhaseReport Report)>();
        foreach (var workload in reports.GroupBy(r => r.WorkloadId, r => r.Report))
        {
            try
            {
                await store.ChangeAsync(workload.Key, run => Apply(run, [.. workload], now), cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState.StartsWith("22", StringComparison.Ordinal) || e.SqlState.StartsWith("23", StringComparison.Ordinal))
            {
                // Reports that the database refuses must not stop the others.
                logger.ReportsRefused(e, workload.Key);
            }
        }

        return [.. entries.Select(entry => entry.Position)];
    }

    private RunRecord Apply(RunRecord run, IReadOnlyList<PhaseReport> reports, DateTimeOffset now) =>
        RunRules.Apply(run, reports, now) is var applied && ReferenceEquals(applied, run) || run.State == RunRecord.Requested
            ? applied
            : applied with { DueIn = options.Value.AskAfter };
}
