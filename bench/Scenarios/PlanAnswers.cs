using Pylon.Forecasting.Planning.Series;

namespace Pylon.Bench.Scenarios;

/// <summary>First step and sum of each job, and all steps of every second one where they are listed. Rounds write to the same memory.</summary>
internal sealed class PlanAnswers(WindowQuery[] queries, bool listsSteps)
{
    private readonly int[] _firsts = new int[queries.Length];
    private readonly long[] _sums = new long[queries.Length];

    /// <summary>Room for the steps of each job; empty where they are not listed.</summary>
    public int[][] Steps { get; } = [.. queries.Select((query, n) => listsSteps && n % 2 == 1 ? new int[query.Duration] : [])];

    public void Set(int job, int first, long sum) => (_firsts[job], _sums[job]) = (first, sum);

    public int? FirstDifference(PlanAnswers other)
    {
        for (var job = 0; job < _firsts.Length; job++)
        {
            if ((_firsts[job], _sums[job]) != (other._firsts[job], other._sums[job]) || !Steps[job].AsSpan().SequenceEqual(other.Steps[job]))
                return job;
        }

        return null;
    }
}
