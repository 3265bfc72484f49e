using System.Collections.Concurrent;

namespace Pylon.Conductor.Batches;

/// <summary>
/// Wakes those in this process who wait for a batch to change. Only a hint: what another instance changes is found by
/// looking again.
/// </summary>
internal sealed class Changes
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _next = new(StringComparer.Ordinal);

    /// <summary>Completes at the next change. Take it before looking, so that none is missed in between.</summary>
    public Task Next(string batchId) =>
        _next.GetOrAdd(batchId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Tell(string batchId)
    {
        if (_next.TryRemove(batchId, out var waiting))
            waiting.TrySetResult();
    }
}
