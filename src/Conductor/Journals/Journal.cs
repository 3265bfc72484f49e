using System.Threading.Channels;
using Pylon.Conductor.Batches;
using Pylon.Conductor.Circuits;
using Pylon.Postgres;

namespace Pylon.Conductor.Journals;

/// <summary>
/// Writes reports and definitions to PostgreSQL, those of many callers in one transaction, and settles the reports that
/// changed nothing.
/// </summary>
internal sealed class Journal : BackgroundService
{
    private const int MaxSettledTogether = 500;

    private static readonly TimeSpan SettlePause = TimeSpan.FromMilliseconds(100);

    private readonly BatchStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<Journal> _logger;
    private readonly GroupCommit<PhaseReport, (PhaseReport? Kept, bool IsNew)> _reports;
    private readonly GroupCommit<PipelineDefinition, PipelineDefinition> _definitions;
    private readonly Channel<IdleReport> _idle = Channel.CreateBounded<IdleReport>(
        new BoundedChannelOptions(100_000) { FullMode = BoundedChannelFullMode.DropWrite });

    public Journal(BatchStore store, TimeProvider time, ILogger<Journal> logger)
    {
        (_store, _time, _logger) = (store, time, logger);
        _reports = new(KeepAsync, StoreFailure.Is, time);
        _definitions = new(KeepAsync, StoreFailure.Is, time);
    }

    /// <summary>Keeps a report. Gives the one that is kept under its id, and whether that is this one.</summary>
    /// <exception cref="Rpc.RefusalException">The lease of its part is lost.</exception>
    public async Task<(PhaseReport Kept, bool IsNew)> WriteAsync(PhaseReport report, CancellationToken cancellationToken) =>
        await _reports.WriteAsync(report, cancellationToken) is { Kept: { } kept, IsNew: var isNew } ? (kept, isNew) : throw HeldPart.Lost(report.Held!.Token);

    /// <summary>Keeps a definition, unless one is kept under its id; the one that is kept.</summary>
    public Task<PipelineDefinition> WriteAsync(PipelineDefinition definition, CancellationToken cancellationToken) =>
        _definitions.WriteAsync(definition, cancellationToken);

    /// <summary>Settles a report that changed nothing, later. When that is lost, the recovery finds the report.</summary>
    public void Settle(IdleReport report) => _idle.Writer.TryWrite(report);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_reports.RunAsync(stoppingToken), _definitions.RunAsync(stoppingToken), SettleAsync(stoppingToken));

    private async Task<IReadOnlyList<(PhaseReport? Kept, bool IsNew)>> KeepAsync(IReadOnlyList<PhaseReport> reports, CancellationToken cancellationToken)
    {
        // Of a batch with an order the holder of a part knows that there is one; other reports are left out the first time.
        var ofWork = reports.Any(report => report.Held is not null);
        var (inserted, kept) = await KeepAsync(
            reports,
            report => report.EventId,
            async missing =>
            {
                if (ofWork)
                    return await _store.InsertOfWorkAsync(missing, cancellationToken);
                ofWork = true;
                return Of(missing, await _store.InsertAsync(missing, cancellationToken), report => report.EventId);
            },
            async ids => (await _store.FindAsync(ids, cancellationToken)).Select(k => k.Report),
            report => report.Held is not null);
        // The first of several with the same id in one go is the new one.
        return [.. reports.Select(report =>
        {
            var isNew = inserted.TryGetValue(report.EventId, out var made) && kept.TryAdd(report.EventId, made);
            return (kept.GetValueOrDefault(report.EventId), isNew);
        })];
    }

    private async Task<IReadOnlyList<PipelineDefinition>> KeepAsync(IReadOnlyList<PipelineDefinition> definitions, CancellationToken cancellationToken)
    {
        var (inserted, kept) = await KeepAsync(
            definitions,
            definition => definition.Id,
            async missing => Of(missing, await _store.InsertAsync(missing, cancellationToken), definition => definition.Id),
            async ids => await _store.FindDefinitionsAsync(ids, cancellationToken));
        return [.. definitions.Select(d => inserted.GetValueOrDefault(d.Id) ?? kept[d.Id])];
    }

    /// <summary>
    /// Inserts what is not kept yet, and finds the rest. What the purge removes in between is inserted again; what may be refused
    /// is inserted once, and then neither inserted nor found.
    /// </summary>
    private static async Task<(Dictionary<Guid, T> Inserted, Dictionary<Guid, T> Found)> KeepAsync<T>(
        IReadOnlyList<T> items, Func<T, Guid> id, Func<IReadOnlyList<T>, Task<IEnumerable<T>>> insert, Func<IReadOnlyCollection<Guid>, Task<IEnumerable<T>>> find,
        Func<T, bool>? mayBeRefused = null)
    {
        var (inserted, found, tried) = (new Dictionary<Guid, T>(), new Dictionary<Guid, T>(), new HashSet<Guid>());
        while (items.Where(item => !inserted.ContainsKey(id(item)) && !found.ContainsKey(id(item)) && !tried.Contains(id(item))).ToList() is { Count: > 0 } missing)
        {
            foreach (var item in await insert(missing))
                inserted.Add(id(item), item);
            tried.UnionWith(missing.Where(item => mayBeRefused?.Invoke(item) == true).Select(id));
            if (missing.Select(id).Where(each => !inserted.ContainsKey(each)).ToHashSet() is { Count: > 0 } known)
            {
                foreach (var item in await find(known))
                    found.Add(id(item), item);
            }
        }

        return (inserted, found);
    }

    /// <summary>The items of the ids; of several with one id the first.</summary>
    private static IEnumerable<T> Of<T>(IReadOnlyList<T> items, IReadOnlySet<Guid> ids, Func<T, Guid> id) => items.Where(item => ids.Contains(id(item))).DistinctBy(id);

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        while (await _idle.Reader.WaitToReadAsync(cancellationToken))
        {
            // Their makers are published meanwhile.
            await Task.Delay(SettlePause, _time, cancellationToken);
            var reports = new List<IdleReport>();
            while (reports.Count < MaxSettledTogether && _idle.Reader.TryRead(out var next))
                reports.Add(next);
            try
            {
                var waiting = (await _store.SettleIdleAsync(reports, cancellationToken)).ToHashSet();
                foreach (var report in reports.Where(r => waiting.Contains(r.Id)))
                    Settle(report);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                _logger.NotSettled(e, reports.Count);
            }
        }
    }
}
