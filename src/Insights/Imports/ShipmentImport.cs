using Pylon.Insights.Events;
using Pylon.Insights.Recording;
using Pylon.Insights.V1;

namespace Pylon.Insights.Imports;

/// <summary>
/// Imports the lines of one call. Some are held, and stored together with their events in one transaction; a line that is
/// stored already is unchanged. So a call that breaks off loses nothing, and the next one does nothing twice.
/// </summary>
/// <param name="import">The name of the file.</param>
/// <param name="factorSet">Whose factors count.</param>
internal sealed class ShipmentImport(string import, string factorSet, EventRecorder recorder, ShipmentStore store)
{
    private const int MostReported = 100;

    private readonly List<ReadLine> _held = new(EventRecorder.MostTogether);
    private decimal?[]? _factors;

    public ImportShipmentsResponse Answer { get; } = new();

    /// <summary>Takes lines, and stores those that are held when they are many.</summary>
    public async Task AddAsync(IEnumerable<ReadLine> lines, CancellationToken cancellationToken)
    {
        foreach (var line in lines)
        {
            _held.Add(line);
            if (_held.Count == EventRecorder.MostTogether)
                await StoreAsync(cancellationToken);
        }
    }

    /// <summary>Stores what is held, and completes the answer.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        await StoreAsync(cancellationToken);
        var factors = factorSet == ShipmentRules.DesnzSet ? [.. ShipmentRules.Desnz] : _factors ?? [.. ShipmentRules.Published];
        for (var mode = 0; mode < factors.Length; mode++)
        {
            if (factors[mode] is { } known)
                Answer.Factors[ShipmentColumns.Modes[mode]] = (double)known;
        }
    }

    private async Task StoreAsync(CancellationToken cancellationToken)
    {
        if (_held.Count == 0)
            return;
        var factors = await FactorsAsync(cancellationToken);
        // A mode that the file implies nothing for has a factor still.
        if (factorSet == ShipmentRules.DesnzSet)
            factors = [.. factors.Zip(ShipmentRules.Desnz, (known, other) => known ?? other)];
        var candidates = new List<EventCandidate>(_held.Count);
        var stored = new StoredShipment?[_held.Count];
        for (var n = 0; n < _held.Count; n++)
        {
            var line = _held[n];
            var computed = line.Value is null ? null : ShipmentRules.Compute(line.Value, factors);
            if (computed is { Faults.Count: 0 })
            {
                var (told, figures) = ShipmentRules.EventOf(import, line.Value!, computed, factorSet);
                stored[n] = new StoredShipment(line.Value!, computed, told.EventId);
                candidates.Add(new EventCandidate(told with { OperatorId = store.Operator }, [], () => line.Text) { Line = line.Number, Figures = figures });
            }
            else
            {
                candidates.Add(new EventCandidate(new NewEvent { OperatorId = store.Operator }, computed?.Faults ?? line.Faults, () => line.Text) { Line = line.Number, Reason = "LINE_INVALID" });
            }
        }

        var outcomes = await recorder.RecordAsync("import:" + import, candidates, cancellationToken, results =>
            Good(results) is { Count: > 0 } good ? [store.Add(import, good)] : []);
        await ReportAsync(outcomes, stored, Good(outcomes), cancellationToken);
        _held.Clear();

        List<StoredShipment> Good(IReadOnlyList<EventOutcome> results) =>
            [.. Enumerable.Range(0, results.Count).Where(n => results[n].Result != EventResult.Quarantined).Select(n => stored[n]!)];
    }

    // A mode without a published factor has one as soon as a line implies it.
    private async Task<decimal?[]> FactorsAsync(CancellationToken cancellationToken)
    {
        _factors ??= await store.FactorsAsync(import, cancellationToken);
        var isNew = false;
        for (var mode = 0; mode < _factors.Length; mode++)
        {
            if (_factors[mode] is null && ShipmentRules.Implied(_held.Select(line => line.Value).OfType<ShipmentLine>(), mode) is { } implied)
            {
                await store.AddFactorAsync(import, ShipmentColumns.Modes[mode], implied.Factor, implied.Index, cancellationToken);
                isNew = true;
            }
        }

        // Another call may have been first.
        return isNew ? _factors = await store.FactorsAsync(import, cancellationToken) : _factors;
    }

    private async Task ReportAsync(IReadOnlyList<EventOutcome> outcomes, StoredShipment?[] stored, List<StoredShipment> good, CancellationToken cancellationToken)
    {
        // In the order of the good ones.
        var earlier = new Queue<EarlierLine>(await store.EarlierAsync(import, good, cancellationToken));
        Answer.RowsRead += outcomes.Count;
        for (var n = 0; n < outcomes.Count; n++)
        {
            if (outcomes[n].Result == EventResult.Quarantined)
            {
                Answer.RowsRejected++;
                if (Answer.Rejected.Count < MostReported)
                    Answer.Rejected.Add(new ImportedLineNote { Line = _held[n].Number, Reasons = { outcomes[n].Details } });
                continue;
            }

            var (line, computed) = (stored[n]!.Line, stored[n]!.Computed);
            Answer.RowsNew += outcomes[n].Result == EventResult.Accepted ? 1 : 0;
            Answer.RowsUnchanged += outcomes[n].Result == EventResult.Duplicate ? 1 : 0;
            Answer.RowsReproduced += computed.IsReproduced ? 1 : 0;
            Answer.PublishedKg += (double)(line.PublishedTotalKg ?? 0);
            Answer.ComputedKg += (double)(factorSet == ShipmentRules.DesnzSet ? ShipmentRules.DesnzKg(line) : computed.TotalKg);
            Note(line, computed, earlier.Dequeue());
        }
    }

    private void Note(ShipmentLine line, ComputedShipment computed, EarlierLine earlier)
    {
        var notes = new List<string>(computed.Notes);
        if (earlier.Equal is { } equal)
            notes.Add($"equal to line {equal} in every field but the index");
        Answer.RowsEqual += earlier.Equal is null ? 0 : 1;
        Answer.RowsRepeatedKey += earlier.SameKey is null ? 0 : 1;
        if (notes.Count == 0)
            return;
        Answer.RowsNoted++;
        if (Answer.Noted.Count < MostReported)
            Answer.Noted.Add(new ImportedLineNote { Line = line.Line, Reasons = { notes } });
    }
}
