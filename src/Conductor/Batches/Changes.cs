using System.Collections.Concurrent;

namespace Pylon.Conductor.Batches;

/// <summary>
/// Wakes the calls of this process that wait for a batch to change. Only a hint: they find what another instance changes
/// by reading again.
/// </summary>
internal sealed class Changes
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _next = new(StringComparer.Ordinal);

    /// <summary>Completes at the next change. Take it before reading, so that no change in between is missed.</summary>
    public Task NextAsync(string batchId) =>
        _next.GetOrAdd(batchId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Notify(string batchId)
    {
        if (_next.TryRemove(batchId, out var waiting))
            waiting.TrySetResult();
    }
}
