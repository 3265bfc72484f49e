using System.Threading.Channels;

namespace Pylon.Conductor.Batches;

/// <summary>
/// Writes reports to PostgreSQL, those of many callers in one transaction: a caller waits for one commit, and a commit
/// serves up to five hundred callers. What changed nothing is settled on the way.
/// </summary>
internal sealed class Journal(BatchStore store, ILogger<Journal> logger) : BackgroundService
{
    private const int MaxTogether = 500;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);

    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(10_000);
    private readonly Channel<Guid> _idle = Channel.CreateBounded<Guid>(
        new BoundedChannelOptions(100_000) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Keeps a report. Gives the one that is kept under its id, and whether that is this one.</summary>
    public async Task<(PhaseReport Kept, bool IsNew)> WriteAsync(PhaseReport report, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(report);
        await _waiting.Writer.WriteAsync(waiting, cancellationToken);
        return await waiting.Done.Task.WaitAsync(Bound, cancellationToken);
    }

    /// <summary>Notes that a report changed nothing. One that is lost here is found by <see cref="Recovery"/>.</summary>
    public void Settle(Guid eventId) => _idle.Writer.TryWrite(eventId);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settling = SettleAsync(stoppingToken);
        var together = new List<Waiting>(MaxTogether);
        await foreach (var first in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            together.Clear();
            together.Add(first);
            while (together.Count < MaxTogether && _waiting.Reader.TryRead(out var next))
                together.Add(next);
            await WriteAsync(together, stoppingToken);
        }

        await settling;
    }

    private async Task WriteAsync(List<Waiting> together, CancellationToken cancellationToken)
    {
        try
        {
            var inserted = await store.InsertAsync([.. together.Select(w => w.Report)], cancellationToken);
            var known = together.Select(w => w.Report.EventId).Where(id => !inserted.Contains(id)).ToHashSet();
            var kept = known.Count == 0
                ? []
                : (await store.FindAsync(known, cancellationToken)).ToDictionary(k => k.Report.EventId, k => k.Report);
            foreach (var waiting in together)
            {
                // The first of several with the same id in one go is the new one.
                var isNew = inserted.Contains(waiting.Report.EventId) && kept.TryAdd(waiting.Report.EventId, waiting.Report);
                waiting.Done.TrySetResult((kept[waiting.Report.EventId], isNew));
            }
        }
        catch (Exception e)
        {
            // Each caller is told and may repeat; the next ones are not kept waiting for it.
            foreach (var waiting in together)
                waiting.Done.TrySetException(e);
        }
    }

    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        while (await _idle.Reader.WaitToReadAsync(cancellationToken))
        {
            var ids = new List<Guid>();
            while (ids.Count < MaxTogether && _idle.Reader.TryRead(out var id))
                ids.Add(id);
            try
            {
                await store.SettleAsync(ids, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                logger.NotSettled(e, ids.Count);
            }
        }
    }

    private sealed record Waiting(PhaseReport Report)
    {
        public TaskCompletionSource<(PhaseReport Kept, bool IsNew)> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
