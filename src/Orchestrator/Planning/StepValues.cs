using Pylon.Forecasting.Gaps;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Planning;

/// <summary>What a value is, and who gave it.</summary>
internal sealed record ValueSource(PlanValueKind Kind, string Name);

/// <summary>The values of a series as they were given or read, NaN where one is missing.</summary>
internal sealed record StepValues
{
    /// <summary>Of the first value; null for values without times.</summary>
    public DateTimeOffset? Start { get; init; }

    public required TimeSpan Step { get; init; }

    public required double[] Values { get; init; }

    /// <summary>For risk; NaN where there is none; null when the series has none.</summary>
    public double[]? Upper { get; init; }

    public required IReadOnlyList<ValueSource> Sources { get; init; }

    /// <summary>For each value its place in <see cref="Sources"/>; null when all have the first.</summary>
    public int[]? SourceOf { get; init; }

    public IReadOnlyList<Gap> Gaps { get; init; } = [];

    /// <summary>Null for values of the caller.</summary>
    public DateTimeOffset? AsKnownAt { get; init; }

    /// <summary>Null for values of the caller.</summary>
    public DateTimeOffset? ReadAt { get; init; }

    /// <summary>How many values [first, end) has of each source, the most first.</summary>
    public IEnumerable<(ValueSource Source, int Count)> SourcesOf(int first, int end)
    {
        if (SourceOf is null)
            return end > first ? [(Sources[0], end - first)] : [];
        var counts = new int[Sources.Count];
        for (var i = first; i < end; i++)
            counts[SourceOf[i]]++;
        return Sources.Zip(counts).Where(pair => pair.Second > 0).OrderByDescending(pair => pair.Second).ThenBy(pair => pair.First.Name, StringComparer.Ordinal);
    }
}
