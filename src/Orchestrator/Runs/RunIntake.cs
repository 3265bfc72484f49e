using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Messaging;

namespace Pylon.Orchestrator.Runs;

/// <summary>
/// Takes the Conductor's word of phases into the runs. Which instance takes an event, in which order and how often does
/// not matter: <see cref="RunRules.Tell"/> comes to the same.
/// </summary>
internal sealed class RunIntake(
    GroupConsumer consumer, RunStore store, IOptions<RunOptions> options, TimeProvider time, ILogger<RunIntake> logger) : BackgroundService
{
    private const string Topic = "batches";
    private const string Group = "orchestrator";

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        consumer.RunAsync(Topic, Group, options.Value.ClaimAfter, TakeAsync, e => logger.IntakeInterrupted(e), stoppingToken);

    /// <summary>One transaction for all that is said of a workload.</summary>
    internal async Task<IReadOnlyCollection<string>> TakeAsync(IReadOnlyList<GroupEntry> entries, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var news = entries.Select(entry => PhaseNews.Read(entry, now)).OfType<(Guid WorkloadId, PhaseNews News)>();
        foreach (var of in news.GroupBy(n => n.WorkloadId, n => n.News))
        {
            try
            {
                await store.ChangeAsync(of.Key, run => Told(run, [.. of], now), cancellationToken);
            }
            catch (PostgresException e) when (e.SqlState.StartsWith("22", StringComparison.Ordinal) || e.SqlState.StartsWith("23", StringComparison.Ordinal))
            {
                // What the database never takes must not stop the rest; how far the run is will be asked for.
                logger.NewsRefused(e, of.Key);
            }
        }

        return [.. entries.Select(entry => entry.Position)];
    }

    private RunRecord Told(RunRecord run, IReadOnlyList<PhaseNews> news, DateTimeOffset now) =>
        RunRules.Tell(run, news, now) is var told && ReferenceEquals(told, run) || run.State == RunRecord.Requested
            ? told
            : told with { DueIn = options.Value.AskAfter };
}
