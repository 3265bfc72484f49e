namespace Pylon.Access;

/// <summary>The topics that are broadcast, and what a caller needs for each.</summary>
public static class BroadcastTopics
{
    /// <summary>Every topic.</summary>
    public static IReadOnlyList<string> All { get; } = ["workloads", "batches", "grid", "decisions", "insights"];

    /// <summary>What a caller needs to read a topic.</summary>
    public static Scope ScopeOf(string topic) => topic switch
    {
        "workloads" => Scope.WorkloadsRead,
        "batches" => Scope.PipelineWrite,
        "grid" => Scope.GridRead,
        "decisions" => Scope.DecisionsRead,
        "insights" => Scope.InsightsRead,
        _ => throw new ArgumentOutOfRangeException(nameof(topic), topic, message: null),
    };

    /// <summary>The topics that a caller may read.</summary>
    public static IEnumerable<string> ReadableBy(Caller caller)
    {
        ArgumentNullException.ThrowIfNull(caller);
        return All.Where(topic => caller.Scopes.Contains(ScopeOf(topic)));
    }
}
