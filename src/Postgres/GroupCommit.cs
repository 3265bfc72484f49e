using System.Threading.Channels;

namespace Pylon.Postgres;

/// <summary>
/// Serves many callers by one transaction: a caller waits for one commit, and a commit serves up to five hundred callers.
/// While one commit runs, the next callers gather.
/// </summary>
/// <param name="commit">Writes all or nothing, and gives for each item what is kept of it.</param>
/// <param name="isOutage">True for a failure that concerns all items: they are not tried one by one.</param>
public sealed class GroupCommit<TItem, TKept>(
    Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TKept>>> commit, Func<Exception, bool> isOutage)
{
    private const int MaxTogether = 500;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(15);
    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(10_000);

    /// <summary>What is kept of the item.</summary>
    /// <exception cref="TimeoutException">The outcome is not known yet.</exception>
    public async Task<TKept> WriteAsync(TItem item, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(item);
        await _waiting.Writer.WriteAsync(waiting, cancellationToken);
        return await waiting.Done.Task.WaitAsync(Bound, cancellationToken);
    }

    /// <summary>Serves the callers until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var together = new List<Waiting>(MaxTogether);
        await foreach (var first in _waiting.Reader.ReadAllAsync(cancellationToken))
        {
            together.Clear();
            together.Add(first);
            while (together.Count < MaxTogether && _waiting.Reader.TryRead(out var next))
                together.Add(next);
            await WriteAsync(together, cancellationToken);
        }
    }

    private async Task WriteAsync(List<Waiting> together, CancellationToken cancellationToken)
    {
        try
        {
            var kept = await commit([.. together.Select(w => w.Item)], cancellationToken);
            foreach (var (waiting, result) in together.Zip(kept))
                waiting.Done.TrySetResult(result);
        }
        catch (Exception e) when (together.Count > 1 && !isOutage(e) && !cancellationToken.IsCancellationRequested)
        {
            // The database refuses one of them; the others must not fail with it.
            foreach (var waiting in together)
                await WriteAsync([waiting], cancellationToken);
        }
        catch (Exception e)
        {
            // Each caller gets the error and may repeat; the next callers do not wait for it.
            foreach (var waiting in together)
                waiting.Done.TrySetException(e);
        }
    }

    private sealed record Waiting(TItem Item)
    {
        public TaskCompletionSource<TKept> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
