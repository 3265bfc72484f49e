using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Insights.Events;
using Pylon.Insights.Recording;
using Pylon.Orchestrator.V1;
using Pylon.Postgres;

namespace Pylon.Insights.Phases;

/// <summary>
/// Records what phases took as events of the data centre where their batch runs. The place of a batch is asked of the
/// Orchestrator once. An event and what is noted of it are one transaction, so a phase is recorded once, whatever ends the
/// process.
/// </summary>
internal sealed class PhaseWorker(
    Listener listener, PhaseStore store, EventRecorder recorder, WorkloadService.WorkloadServiceClient orchestrator, NpgsqlDataSource database, IOptions<PhaseOptions> options,
    TimeProvider time, ILogger<PhaseWorker> logger) : BackgroundService
{
    private const string Source = "phases";
    private const string NoPlace = "BATCH_WITHOUT_PLACE";
    private const int MostTogether = 100;
    private const int CallsAtOnce = 8;
    private const int MostDoublings = 10;
    private static readonly TimeSpan CallBound = TimeSpan.FromSeconds(2);

    // Longer than all calls and the transaction of a claim.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(120);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        listener.RunAsync(["phase_due"], (_, token) => DrainAsync(token), options.Value.PollInterval, stoppingToken);

    /// <summary>Records the phases that are due; gives how long it takes until the next one is.</summary>
    private async Task<TimeSpan?> DrainAsync(CancellationToken cancellationToken)
    {
        while (await RecordDueAsync(cancellationToken) == MostTogether)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        return await store.NextDueAsync(cancellationToken);
    }

    /// <summary>Records some phases that are due; gives how many were.</summary>
    internal async Task<int> RecordDueAsync(CancellationToken cancellationToken)
    {
        var due = await store.ClaimAsync(MostTogether, Lease, cancellationToken);
        if (due.Count == 0)
            return 0;
        var places = await store.PlacesAsync(due.Select(d => d.Progress.BatchId).Distinct(), cancellationToken);
        var answers = await AskAsync(due.Select(d => d.Progress.BatchId).Where(id => !places.ContainsKey(id)).Distinct(), cancellationToken);
        var recorded = new List<(DuePhase Due, NewEvent Event)>();
        foreach (var phase in due)
        {
            var batch = phase.Progress.BatchId;
            if (!places.TryGetValue(batch, out var place) && answers[batch].Place is null)
                await WithoutPlaceAsync(phase, answers[batch], cancellationToken);
            else if (PhaseRules.EventOf(phase, place ?? answers[batch].Place!) is { } made)
                recorded.Add((phase, made));
            else
                await WithoutEnergyAsync(phase, place ?? answers[batch].Place!, cancellationToken);
        }

        if (recorded.Count > 0)
            await RecordAsync(recorded, cancellationToken);
        return due.Count;
    }

    private async Task RecordAsync(List<(DuePhase Due, NewEvent Event)> recorded, CancellationToken cancellationToken)
    {
        var outcomes = await recorder.RecordAsync(Source, recorded.ConvertAll(r => Candidate(r.Due, r.Event)), cancellationToken, outcomes => recorded.Select((r, n) =>
            outcomes[n].Result == EventResult.Quarantined
                ? PhaseStore.Refused(r.Due, outcomes[n].Reason)
                : PhaseStore.Recorded(r.Due, r.Event.EnergyKwh!.Value, r.Event.End ?? r.Event.Start)));
        logger.Recorded(outcomes.Count(o => o.Result == EventResult.Accepted), outcomes.Count);
    }

    private async Task WithoutPlaceAsync(DuePhase phase, Answer answer, CancellationToken cancellationToken)
    {
        if (answer.Refused is { } refused)
        {
            await RefuseAsync(phase, NoPlace, refused, cancellationToken);
            return;
        }

        var delay = options.Value.RetryDelay * Math.Pow(2, Math.Min(phase.Attempts, MostDoublings));
        delay = delay < options.Value.MaxRetryDelay ? delay : options.Value.MaxRetryDelay;
        await store.RetryAsync(phase, delay, cancellationToken);
        logger.PlaceNotAnswered(phase.Progress.BatchId, phase.Attempts + 1, delay);
    }

    private async Task WithoutEnergyAsync(DuePhase phase, BatchPlace place, CancellationToken cancellationToken)
    {
        if (phase.Progress is { IsComplete: true, ToldKwh: null } && place.EstimatedKwh is null && phase.Version == 0)
            await RefuseAsync(phase, "ENERGY_UNKNOWN", "energy_kwh was not reported, and nothing is estimated for the workload", cancellationToken);
        else
            await store.LeaveAsync(phase, cancellationToken);
    }

    private async Task RefuseAsync(DuePhase phase, string reason, string detail, CancellationToken cancellationToken)
    {
        var candidate = Candidate(phase, new NewEvent { EventId = $"phase:{phase.Progress.Phase}" });
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.BatchCommands.Add(PhaseStore.Refused(phase, detail));
        batch.BatchCommands.Add(QuarantineStore.Add(Source, [new Quarantined(candidate, EventOutcome.Quarantined(reason, [detail]))]));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        // The lease was over, and another worker has recorded or refused it.
        if (batch.BatchCommands[0].RecordsAffected == 0)
            return;
        await transaction.CommitAsync(cancellationToken);
        logger.PhaseRefused(phase.Progress.BatchId, phase.Progress.Phase, detail);
    }

    private static EventCandidate Candidate(DuePhase phase, NewEvent made) => new(made, [], () => Body(phase.Progress));

    private static string Body(PhaseProgress told)
    {
        var message = new Pylon.Events.V1.BatchPhaseProgressed { BatchId = told.BatchId, PhaseName = told.Phase, Completed = told.Completed, Total = told.Total, PhaseComplete = told.IsComplete, EnergyReports = told.EnergyReports };
        if (told.ToldKwh is { } kwh)
            message.EnergyKwh = kwh;
        return JsonFormatter.Default.Format(message);
    }

    private async Task<IReadOnlyDictionary<string, Answer>> AskAsync(IEnumerable<string> batchIds, CancellationToken cancellationToken)
    {
        var answers = new ConcurrentDictionary<string, Answer>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(batchIds, new ParallelOptions { MaxDegreeOfParallelism = CallsAtOnce, CancellationToken = cancellationToken }, async (batch, token) =>
        {
            var answer = answers[batch] = await AskAsync(batch, token);
            if (answer.Place is { } place)
                await store.AddPlaceAsync(place, token);
        });
        return answers;
    }

    private async Task<Answer> AskAsync(string batchId, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(batchId, "D", out var workload))
            return new Answer(null, "the batch belongs to no workload, so nothing says where it runs");
        try
        {
            var bound = new CallOptions(deadline: (time.GetUtcNow() + CallBound).UtcDateTime, cancellationToken: cancellationToken);
            var answer = await orchestrator.GetWorkloadAsync(new GetWorkloadRequest { Id = batchId }, bound);
            return PhaseRules.PlaceOf(batchId, workload, answer.Workload) is { } place
                ? new Answer(place, null)
                : new Answer(null, "the workload has no booked zone and no data centre, so nothing says where its batch runs");
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.InvalidArgument)
        {
            return new Answer(null, "the batch belongs to no workload, so nothing says where it runs");
        }
        catch (RpcException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new Answer(null, null);
        }
    }

    /// <summary>What the Orchestrator said of a batch.</summary>
    /// <param name="Refused">Why its place will never be known; null with a place, and when it did not answer.</param>
    private sealed record Answer(BatchPlace? Place, string? Refused);
}
