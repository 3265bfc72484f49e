namespace Pylon.Client;

/// <summary>Which events are followed, and from where.</summary>
public sealed class FollowOptions
{
    /// <summary>Only these topics, for example <c>workloads</c>, <c>batches</c>, <c>grid</c>, <c>decisions</c>, <c>insights</c>; all when empty.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>The position of the last event that was received, from an earlier run; only new events without it.</summary>
    public string? After { get; init; }

    /// <summary>The longest time without a connection; then the last error is thrown.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);
}
