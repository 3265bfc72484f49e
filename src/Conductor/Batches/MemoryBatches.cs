using Microsoft.Extensions.Options;
using Pylon.Conductor.Shared;
using Pylon.Events.V1;
using Pylon.Postgres;

namespace Pylon.Conductor.Batches;

/// <summary>
/// Batches in memory, for development and as the model of the tests: atomic by a lock, forgotten after the same time,
/// published only to a list of the latest events.
/// </summary>
internal sealed class MemoryBatches(IOptions<ConductorOptions> options, Changes<string> changes, TimeProvider time) : IBatches, IBatchOwners
{
    private const int EventsKept = 10_000;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, Kept> _batches = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Guid> _owners = new(StringComparer.Ordinal);
    private readonly Queue<Event> _events = new();

    /// <summary>The latest, the oldest first.</summary>
    public IReadOnlyList<Event> Events
    {
        get
        {
            lock (_lock)
                return [.. _events];
        }
    }

    public Task<BatchSnapshot?> FindAsync(string batchId, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(Live(batchId)?.State.Snapshot(batchId));
    }

    public Task<bool> IsKnownAsync(string batchId, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(Live(batchId) is not null);
    }

    public Task<ReportOutcome> ReportAsync(PhaseReport report, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var kept = Touch(report.BatchId);
            report = report with { Revision = report.Revision ?? kept.State.Order };
            if (!kept.Reports.TryAdd(report.EventId, report))
                report = kept.Reports[report.EventId];
            var outcome = kept.State.Apply(report);
            if (outcome.Changed)
                Publish(report.BatchId, BatchEvents.Progressed(report, outcome.Progress, kept.Definitions.FindLast(d => d.Traceparent is not null)?.Traceparent));
            return Task.FromResult(outcome);
        }
    }

    public Task<PipelineDefinition> DefineAsync(PipelineDefinition definition, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            var kept = Touch(definition.BatchId);
            kept.State.Order = Math.Max(kept.State.Order, definition.Order?.Revision ?? 0);
            changes.Signal(definition.BatchId);
            if (kept.Definitions.Find(d => d.Id == definition.Id) is { } first)
                return Task.FromResult(first);
            kept.Definitions.Add(definition);
            kept.State.Expected = Math.Max(kept.State.Expected, definition.TotalEntities ?? 0);
            kept.State.Revision++;
            foreach (var each in BatchEvents.Defined(definition))
                Publish(definition.BatchId, each);
            return Task.FromResult(definition);
        }
    }

    public Task<IReadOnlyList<PipelineDefinition>> DefinitionsAsync(string batchId, int max, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult<IReadOnlyList<PipelineDefinition>>([.. (Live(batchId)?.Definitions ?? []).AsEnumerable().Reverse().Take(max)]);
    }

    Task<Guid?> IBatchOwners.FindAsync(string batchId, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(Owner(batchId));
    }

    public Task<Guid> ClaimAsync(string batchId, Guid operatorId, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(Owner(batchId) ?? (_owners[batchId] = operatorId));
    }

    public Task<IReadOnlyList<string>> ListAsync(Tenant tenant, string? after, int max, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<string>>(
            [
                .. _batches.Keys.Where(id => string.CompareOrdinal(id, after) > 0 && Live(id) is not null && (tenant.IsAll || Owner(id) == tenant.OperatorId)).Take(max),
            ]);
        }
    }

    private Guid? Owner(string batchId) => _owners.TryGetValue(batchId, out var owner) ? owner : Live(batchId) is null ? null : Tenant.BuiltIn;

    private Kept? Live(string batchId) =>
        _batches.TryGetValue(batchId, out var kept) && time.GetUtcNow() - kept.UpdatedAt <= options.Value.StateTtl ? kept : null;

    private Kept Touch(string batchId)
    {
        var kept = Live(batchId) ?? (_batches[batchId] = new Kept());
        kept.UpdatedAt = time.GetUtcNow();
        return kept;
    }

    private void Publish(string batchId, Event each)
    {
        each.OperatorId = Owner(batchId) is { } owner && owner != Tenant.BuiltIn ? owner.ToString() : "";
        _events.Enqueue(each);
        if (_events.Count > EventsKept)
            _events.Dequeue();
        changes.Signal(batchId);
    }

    private sealed class Kept
    {
        public BatchState State { get; } = new();

        public Dictionary<Guid, PhaseReport> Reports { get; } = [];

        public List<PipelineDefinition> Definitions { get; } = [];

        public DateTimeOffset UpdatedAt { get; set; }
    }
}
