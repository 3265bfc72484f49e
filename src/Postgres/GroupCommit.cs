using System.Threading.Channels;

namespace Pylon.Postgres;

/// <summary>
/// Writes the items of many callers at once: a caller waits for one write, and a write serves up to so many callers. While
/// one is under way, the next callers gather.
/// </summary>
/// <param name="write">Writes them, and gives for each item what is kept of it. Every item may be written again.</param>
/// <param name="isOfAll">True for a failure that is not the fault of one of the items: they are not tried one by one.</param>
/// <param name="time">The clock of the bound.</param>
/// <param name="maxTogether">The most callers that one write serves.</param>
/// <param name="bound">The longest that a caller waits, 15 seconds when null; after it the outcome is unknown.</param>
public sealed class GroupCommit<TItem, TKept>(
    Func<IReadOnlyList<TItem>, CancellationToken, Task<IReadOnlyList<TKept>>> write,
    Func<Exception, bool> isOfAll,
    TimeProvider time,
    int maxTogether = 500,
    TimeSpan? bound = null)
{
    private readonly TimeSpan _bound = bound ?? TimeSpan.FromSeconds(15);
    private readonly Channel<Waiting> _waiting = Channel.CreateBounded<Waiting>(10_000);

    /// <summary>What is kept of the item.</summary>
    /// <exception cref="TimeoutException">The outcome is not known yet.</exception>
    public async Task<TKept> WriteAsync(TItem item, CancellationToken cancellationToken)
    {
        var waiting = new Waiting(item);
        await _waiting.Writer.WriteAsync(waiting, cancellationToken);
        try
        {
            return await waiting.Done.Task.WaitAsync(_bound, time, cancellationToken);
        }
        catch (Exception) when (waiting.Done.TrySetCanceled(CancellationToken.None))
        {
            // The caller has left before its turn, or while it is served.
            throw;
        }
    }

    /// <summary>Serves the callers until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var together = new List<Waiting>(maxTogether);
        while (await _waiting.Reader.WaitToReadAsync(cancellationToken))
        {
            together.Clear();
            while (together.Count < maxTogether && _waiting.Reader.TryRead(out var next))
            {
                if (!next.Done.Task.IsCompleted)
                    together.Add(next);
            }

            if (together.Count > 0)
                await WriteAsync(together, cancellationToken);
        }
    }

    private async Task WriteAsync(List<Waiting> together, CancellationToken cancellationToken)
    {
        try
        {
            var kept = await write([.. together.Select(w => w.Item)], cancellationToken);
            foreach (var (waiting, result) in together.Zip(kept))
                waiting.Done.TrySetResult(result);
        }
        catch (Exception e) when (together.Count > 1 && !isOfAll(e) && !cancellationToken.IsCancellationRequested)
        {
            // The store refuses one of them; the others must not fail with it.
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
