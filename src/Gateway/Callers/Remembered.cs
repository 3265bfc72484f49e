using System.Collections.Concurrent;

namespace Pylon.Gateway.Callers;

/// <summary>A bounded memory of verdicts: when it is full, the older half is forgotten.</summary>
internal sealed class Remembered<T>(int most, Func<T, long> learntAt)
{
    private readonly ConcurrentDictionary<Digest, T> _all = new();
    private int _forgetting;

    public int Count => _all.Count;

    public bool TryGet(Digest digest, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value) => _all.TryGetValue(digest, out value);

    public void Set(Digest digest, T value)
    {
        _all[digest] = value;
        if (_all.Count <= most || Interlocked.Exchange(ref _forgetting, 1) == 1)
            return;
        foreach (var old in _all.OrderBy(one => learntAt(one.Value)).Take(most / 2).ToList())
            _all.TryRemove(old);
        Volatile.Write(ref _forgetting, 0);
    }

    public void Remove(Digest digest) => _all.TryRemove(digest, out _);
}
