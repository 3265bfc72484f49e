namespace Pylon.Gateway.Streams;

/// <summary>What is read once for all that ask for it while it is read, and for a short time after.</summary>
/// <param name="kept">That time.</param>
/// <param name="time">The clock.</param>
internal sealed class SharedReads<T>(TimeSpan kept, TimeProvider time)
{
    // What is kept at most, by the weight of each.
    private const int MostKept = 20_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Task<T>> _reads = new(StringComparer.Ordinal);
    private int _weight;

    /// <summary>The read of this key that is under way or kept; otherwise a new one.</summary>
    /// <param name="key">Of the same read.</param>
    /// <param name="read">For nobody in particular: a reader that leaves does not end it, so it must be bounded.</param>
    /// <param name="weight">Of what is kept.</param>
    /// <param name="isNew">True for the caller with whom it began.</param>
    public Task<T> GetAsync(string key, Func<Task<T>> read, Func<T, int> weight, out bool isNew)
    {
        TaskCompletionSource<T> result;
        lock (_gate)
        {
            isNew = !_reads.TryGetValue(key, out var known);
            if (known is not null)
                return known;
            result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            _reads.Add(key, result.Task);
        }

        _ = ReadAsync(key, result, read, weight);
        return result.Task;
    }

    /// <summary>Drops a read: whoever asks next reads again.</summary>
    public void Forget(string key, Task<T> read)
    {
        lock (_gate)
        {
            if (_reads.TryGetValue(key, out var known) && known == read)
                _reads.Remove(key);
        }
    }

    private async Task ReadAsync(string key, TaskCompletionSource<T> result, Func<Task<T>> read, Func<T, int> weight)
    {
        T value;
        try
        {
            value = await read();
        }
        catch (Exception e)
        {
            Forget(key, result.Task);
            result.SetException(e);
            return;
        }

        result.SetResult(value);
        var own = weight(value);
        if (Interlocked.Add(ref _weight, own) <= MostKept)
            await Task.Delay(kept, time);
        Interlocked.Add(ref _weight, -own);
        Forget(key, result.Task);
    }
}
