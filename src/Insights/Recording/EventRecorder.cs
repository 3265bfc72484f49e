using Npgsql;
using Pylon.Insights.Entities;
using Pylon.Insights.Events;
using Pylon.Insights.Models;
using Pylon.Rpc;

namespace Pylon.Insights.Recording;

/// <summary>
/// Records events: checks them, lets the models compute what they emitted, and writes them with the hourly sums in one
/// transaction. One that is wrong goes to quarantine, in the same transaction, and stops no other.
/// </summary>
internal sealed class EventRecorder(EventStore store, EntityStore entities, Estimator estimator, TimeProvider time)
{
    /// <summary>Events of one transaction.</summary>
    public const int MostTogether = 1000;

    /// <summary>An outcome for each candidate, in their order.</summary>
    /// <param name="source">The way they came: rpc, phases or import:&lt;name&gt;.</param>
    /// <param name="given">At most <see cref="MostTogether"/>.</param>
    /// <param name="cancellationToken">Gives up; nothing is recorded then.</param>
    /// <param name="also">What else belongs to the transaction, by the outcomes.</param>
    public async Task<IReadOnlyList<EventOutcome>> RecordAsync(
        string source, IReadOnlyList<EventCandidate> given, CancellationToken cancellationToken, Func<IReadOnlyList<EventOutcome>, IEnumerable<NpgsqlBatchCommand>>? also = null)
    {
        var outcomes = new EventOutcome?[given.Count];
        var prepared = await PrepareAsync(given, outcomes, cancellationToken);
        var unique = WithoutRepeated(prepared, outcomes, out var repeated);
        try
        {
            return await WriteAsync(source, given, unique, repeated, outcomes, also, cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            // A remembered entity is gone: the database was restored.
            entities.Forget();
            return await WriteAsync(source, given, unique, repeated, outcomes, also, cancellationToken);
        }
    }

    /// <summary>Computes what the good ones emitted; the others get an outcome.</summary>
    public async Task<List<PreparedEvent>> PrepareAsync(IReadOnlyList<EventCandidate> given, EventOutcome?[] outcomes, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var good = new List<int>(given.Count);
        for (var place = 0; place < given.Count; place++)
        {
            var candidate = given[place];
            var faults = candidate.Faults.Count > 0 ? candidate.Faults : EventRules.Check(candidate.Event, now);
            if (faults.Count > 0)
                outcomes[place] = EventOutcome.Quarantined(candidate.Reason, faults);
            else
                good.Add(place);
        }

        var keys = good.ConvertAll(place => EventRules.EntityOf(given[place].Event));
        var known = await entities.FindAsync(keys.ToHashSet(), cancellationToken);
        var asked = Enumerable.Range(0, good.Count).Where(n => given[good[n]].Figures is null).ToList();
        var estimates = asked.Count == 0 ? [] : await estimator.EstimateAsync(asked.ConvertAll(n => Request(given[good[n]].Event, keys[n])), cancellationToken);
        var answered = Enumerable.Range(0, asked.Count).ToDictionary(n => asked[n], n => estimates[n]);

        var prepared = new List<PreparedEvent>(good.Count);
        for (var n = 0; n < good.Count; n++)
        {
            var candidate = given[good[n]];
            if (candidate.Figures is { } figures || Figures(candidate.Event, answered[n], out figures, out var refused))
                prepared.Add(new PreparedEvent(good[n], candidate.Event, candidate.Event.Content(), keys[n], figures));
            else
                outcomes[good[n]] = refused;
        }

        return prepared;

        EstimateRequest Request(NewEvent e, EntityKey key) => new(
            e.Kind, EventRules.FeaturesOf(e), e.Start, e.End, e.RegionId ?? (known.TryGetValue(key, out var entity) ? entity.RegionId : null), e.Source);
    }

    private static bool Figures(NewEvent given, EstimateOutcome answer, out EventFigures figures, out EventOutcome? refused)
    {
        (figures, refused) = (default, null);
        var activity = EventRules.ActivityOf(given) ?? (answer.Estimate is { Activity: > 0 } estimated ? (double)estimated.Activity : null);
        if (answer.IsEstimate && activity is { } done)
            figures = new EventFigures((double)answer.Estimate.Co2Kg, (double)answer.Estimate.UncertaintyKg, answer.Estimate.FactorSet, done);
        else if (answer.IsEstimate)
            refused = EventOutcome.Quarantined(EventOutcome.Invalid, ["energy_kwh must be more than 0: it is not known, and nothing else tells how much the warehouse did"]);
        // What the sender reports counts, also when no factor is known for it.
        else if (given.ReportedKg is not null && activity is { } reported)
            figures = new EventFigures(null, null, null, reported);
        else
            refused = EventOutcome.Quarantined(answer.Refusal!.Reason, DetailsOf(answer.Refusal));
        return refused is null;
    }

    private static IReadOnlyList<string> DetailsOf(Refusal refusal) =>
        refusal.Violations.Count > 0 ? [.. refusal.Violations.Select(violation => $"{violation.Field} {violation.Rule}")] : [refusal.Message];

    // Of the same id the first counts; what becomes of the others follows from their contents.
    private static List<PreparedEvent> WithoutRepeated(List<PreparedEvent> prepared, EventOutcome?[] outcomes, out List<(PreparedEvent Event, PreparedEvent First)> repeated)
    {
        repeated = [];
        var first = new Dictionary<(Guid, string), PreparedEvent>(prepared.Count);
        foreach (var one in prepared)
        {
            if (!first.TryAdd((one.Event.OperatorId, one.Event.EventId), one))
                repeated.Add((one, first[(one.Event.OperatorId, one.Event.EventId)]));
        }

        foreach (var (one, of) in repeated)
            outcomes[one.Place] = one.Content == of.Content ? EventOutcome.Duplicate : EventOutcome.IdReused;
        return repeated.Count == 0 ? prepared : [.. first.Values];
    }

    private async Task<IReadOnlyList<EventOutcome>> WriteAsync(
        string source, IReadOnlyList<EventCandidate> given, List<PreparedEvent> events, List<(PreparedEvent Event, PreparedEvent First)> repeated, EventOutcome?[] outcomes,
        Func<IReadOnlyList<EventOutcome>, IEnumerable<NpgsqlBatchCommand>>? also, CancellationToken cancellationToken)
    {
        // Before a connection is held: a writer that waits for a second one could wait for ever.
        var known = await entities.FindAsync(events.Select(e => e.Entity).ToHashSet(), cancellationToken);
        await using var connection = await store.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await EntityStore.EnsureAsync(connection, transaction, events, known, cancellationToken);
        var added = events.Count == 0 ? [] : await EventStore.RecordAsync(connection, transaction, events, known, cancellationToken);
        var old = events.Where(e => !added.Contains(e.Place)).ToList();
        var contents = old.Count == 0 ? [] : await EventStore.ContentsAsync(connection, transaction, old, cancellationToken);
        foreach (var one in events)
        {
            outcomes[one.Place] = added.Contains(one.Place) ? EventOutcome.Accepted
                : contents.TryGetValue((one.Event.OperatorId, one.Event.EventId), out var content) && content == one.Content ? EventOutcome.Duplicate
                : EventOutcome.IdReused;
        }

        // Its first was refused, as the id had another content; so what counts is what is recorded.
        foreach (var (one, first) in repeated.Where(pair => outcomes[pair.First.Place] == EventOutcome.IdReused))
        {
            outcomes[one.Place] = contents.TryGetValue((first.Event.OperatorId, first.Event.EventId), out var content) && content == one.Content
                ? EventOutcome.Duplicate
                : EventOutcome.IdReused;
        }

        await FinishAsync(connection, transaction, source, given, outcomes!, also, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        entities.Remember(known);
        return outcomes!;
    }

    private static async Task FinishAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string source, IReadOnlyList<EventCandidate> given, EventOutcome[] outcomes,
        Func<IReadOnlyList<EventOutcome>, IEnumerable<NpgsqlBatchCommand>>? also, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        var bad = Enumerable.Range(0, given.Count).Where(n => outcomes[n].Result == EventResult.Quarantined).Select(n => new Quarantined(given[n], outcomes[n])).ToList();
        if (bad.Count > 0)
            batch.BatchCommands.Add(QuarantineStore.Add(source, bad));
        foreach (var command in also?.Invoke(outcomes) ?? [])
            batch.BatchCommands.Add(command);
        if (batch.BatchCommands.Count > 0)
            await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
