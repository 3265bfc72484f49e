using System.Collections.Concurrent;

namespace Pylon.Bench.Soak;

/// <summary>What was done to the stack, and what it answered.</summary>
internal sealed class SoakTally
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Workloads whose submission was answered with success.</summary>
    public ConcurrentBag<Guid> Submitted { get; } = [];

    /// <summary>Workloads whose choice was answered with success.</summary>
    public ConcurrentBag<Guid> Chosen { get; } = [];

    /// <summary>Workloads whose cancellation was answered with success.</summary>
    public ConcurrentBag<Guid> Cancelled { get; } = [];

    /// <summary>What went otherwise than it must while the load ran.</summary>
    public ConcurrentQueue<string> Problems { get; } = [];

    public IReadOnlyDictionary<string, long> Counts => _counts;

    public void Count(string what, long by = 1) => _counts.AddOrUpdate(what, by, (_, before) => before + by);

    /// <summary>Counts it anew from here.</summary>
    public void Forget(string what) => _counts.TryRemove(what, out _);

    public long Of(string what) => _counts.GetValueOrDefault(what);
}
