using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Planning.Capacity;

/// <summary>What a plan of many jobs comes to.</summary>
public abstract record CapacityResult
{
    private CapacityResult()
    {
    }

    /// <summary>Every job has its steps.</summary>
    /// <param name="Steps">Of each job in the order of the jobs; in the order of time.</param>
    /// <param name="Cost">Sum of weight × value over all steps of all jobs.</param>
    /// <param name="LowerBound">No plan costs less; the cost itself when the plan is proven to be the best.</param>
    public sealed record Planned(IReadOnlyList<int[]> Steps, Int128 Cost, Int128 LowerBound) : CapacityResult
    {
        /// <summary>How much less the best plan may cost at most, in per cent of this one.</summary>
        public double GapPercent => Saving.Percent(Cost, LowerBound);
    }

    /// <summary>Not all jobs fit.</summary>
    /// <param name="Job">Index of the first job for which no place was found.</param>
    /// <param name="SufficientCapacity">The smallest capacity for which a plan was found.</param>
    /// <param name="IsProven">False when no plan was found for jobs without interruption though one may exist.</param>
    public sealed record Infeasible(int Job, int SufficientCapacity, bool IsProven) : CapacityResult;

    /// <summary>The request is wrong, or a window has too few steps.</summary>
    public sealed record Refused(PlanRefusal Refusal) : CapacityResult;
}
