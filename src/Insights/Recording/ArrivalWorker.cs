using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Insights.Events;
using Pylon.Postgres;

namespace Pylon.Insights.Recording;

/// <summary>
/// Takes up the rows that somebody inserts into events_normalized by SQL: a good one gets into the hourly sums, a wrong one
/// goes to quarantine and leaves the table. All instances share the work; a row that one of them has is left to it.
/// </summary>
internal sealed class ArrivalWorker(
    Listener listener, EventStore store, EntityStore entities, EventRecorder recorder, QuarantineStore quarantine, IOptions<RecordingOptions> options, TimeProvider time,
    ILogger<ArrivalWorker> logger) : BackgroundService
{
    private const string Source = "sql";
    private static readonly TimeSpan PurgeEvery = TimeSpan.FromHours(1);

    private long? _purged;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        listener.RunAsync(["event_arrived"], (_, token) => DrainAsync(token), options.Value.PollInterval, stoppingToken);

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        int taken;
        do
            taken = await TakeOrForgetAsync(cancellationToken);
        while (taken == EventRecorder.MostTogether);

        if (_purged is { } last && time.GetElapsedTime(last) < PurgeEvery)
            return;
        await quarantine.PurgeAsync(cancellationToken);
        _purged = time.GetTimestamp();
    }

    private async Task<int> TakeOrForgetAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await TakeAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            // A remembered entity is gone: the database was restored.
            entities.Forget();
            return await TakeAsync(cancellationToken);
        }
    }

    /// <summary>Takes up some rows; gives their number.</summary>
    internal async Task<int> TakeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await store.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var arrived = await EventStore.ArrivedAsync(connection, transaction, EventRecorder.MostTogether, cancellationToken);
        if (arrived.Count == 0)
            return 0;
        var candidates = arrived.ConvertAll(row => new EventCandidate(row.Event, [], () => EventMapping.ToProto(row.Event).ToString()));
        var outcomes = new EventOutcome?[arrived.Count];
        var prepared = await recorder.PrepareAsync(candidates, outcomes, cancellationToken);
        var known = await entities.FindAsync(prepared.Select(e => e.Entity).ToHashSet(), cancellationToken);
        await EntityStore.EnsureAsync(connection, transaction, prepared, known, cancellationToken);
        if (prepared.Count > 0)
            await EventStore.TakeUpAsync(connection, transaction, arrived, prepared, known, cancellationToken);
        var wrong = Enumerable.Range(0, arrived.Count).Where(n => outcomes[n] is not null).ToList();
        if (wrong.Count > 0)
        {
            await using var batch = new NpgsqlBatch(connection, transaction);
            batch.BatchCommands.Add(QuarantineStore.Add(Source, wrong.Select(n => new Quarantined(candidates[n], outcomes[n]!))));
            batch.BatchCommands.Add(EventStore.Remove(wrong.Select(n => arrived[n])));
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        entities.Remember(known);
        logger.TakenUp(prepared.Count, wrong.Count);
        return arrived.Count;
    }
}
