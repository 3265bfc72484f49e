using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Planning.Requests;

/// <summary>What the planner answers.</summary>
public abstract record PlanResult
{
    private PlanResult()
    {
    }

    /// <summary>A zone and its steps.</summary>
    /// <param name="Best">Of all zones; the smaller id on equal cost.</param>
    /// <param name="RunnersUp">The next zones in order, each with its own best steps.</param>
    public sealed record Planned(PlanOption Best, IReadOnlyList<PlanOption> RunnersUp) : PlanResult;

    /// <summary>No zone has steps within the limits.</summary>
    /// <param name="Binding">
    /// The limits without which, one at a time, there would be a plan; all that are set when no single one suffices.
    /// </param>
    /// <param name="Relaxations">For each binding limit that suffices alone the nearest value that does; each was solved again.</param>
    /// <param name="IsProven">False when the search under a limit on sums ended at its bound, so that a plan may exist.</param>
    public sealed record Infeasible(IReadOnlyList<PlanLimit> Binding, IReadOnlyList<Relaxation> Relaxations, bool IsProven) : PlanResult
    {
        /// <summary>The reason for an API.</summary>
        public const string Reason = "NO_FEASIBLE_WINDOW";
    }

    /// <summary>The request is wrong or the series is too short.</summary>
    public sealed record Refused(PlanRefusal Refusal) : PlanResult;
}
