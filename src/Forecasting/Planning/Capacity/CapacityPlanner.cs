using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Planning.Capacity;

/// <summary>Plans many jobs over one series when only so many may run in the same step. Pure.</summary>
public static class CapacityPlanner
{
    public const int MaxJobs = 2_000;

    /// <summary>Largest sum of the lengths of all windows: 2,000 jobs over 96 steps.</summary>
    public const int MaxWindowSteps = 192_000;

    public const long MaxWeight = 1_000_000_000;

    /// <summary>Jobs that may be interrupted after each step. The cheapest plan, exact; among equal ones the sum of the steps is smallest.</summary>
    /// <param name="series">What a step costs.</param>
    /// <param name="jobs">1 to <see cref="MaxJobs"/>.</param>
    /// <param name="capacity">Jobs in the same step, 1 or more.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static CapacityResult PlanInterruptible(PlanSeries series, IReadOnlyList<CapacityJob> jobs, int capacity, CancellationToken cancellationToken = default)
    {
        if (Check(series, jobs, capacity) is { } refusal)
            return new CapacityResult.Refused(refusal);
        var problem = new CapacityProblem(series, jobs, capacity);
        var flow = problem.Flow();
        if (flow.Run(cancellationToken) is { } job)
            return new CapacityResult.Infeasible(job, Sufficient(capacity, jobs.Count, more => problem.With(more).Flow().Run(cancellationToken) is null), true);
        var steps = flow.Steps();
        var cost = Cost(problem, steps);
        return new CapacityResult.Planned(steps, cost, cost);
    }

    /// <summary>
    /// Jobs that run without interruption. No fast exact way is known (NP-hard): plans by regret, by order and by deadline are made
    /// cheaper by local search, the best is returned. Its lower bound is the plan with
    /// interruptions, or each job as if it were alone, whichever is higher.
    /// </summary>
    /// <inheritdoc cref="PlanInterruptible"/>
    public static CapacityResult PlanConsecutive(PlanSeries series, IReadOnlyList<CapacityJob> jobs, int capacity, CancellationToken cancellationToken = default)
    {
        if (Check(series, jobs, capacity) is { } refusal)
            return new CapacityResult.Refused(refusal);
        var problem = new CapacityProblem(series, jobs, capacity);
        var relaxation = problem.Flow();
        if (relaxation.Run(cancellationToken) is { } job)
            return new CapacityResult.Infeasible(job, SufficientForConsecutive(problem), true);
        var starts = FirstPlans(problem, cancellationToken, out var failed);
        if (starts.Count == 0)
            return new CapacityResult.Infeasible(failed, SufficientForConsecutive(problem), false);
        foreach (var placement in starts)
            new LocalSearch(problem, placement).Run(cancellationToken);
        var best = starts.MinBy(placement => placement.Cost)!;
        return new CapacityResult.Planned(
            [.. best.Starts.Select((start, n) => Enumerable.Range(problem.Begin + start, problem.Duration(n)).ToArray())], best.Cost,
            Int128.Max(Cost(problem, relaxation.Steps()), AsIfAlone(problem)));
    }

    private static List<Placement> FirstPlans(CapacityProblem problem, CancellationToken cancellationToken, out int failed)
    {
        var inOrder = GreedyPlacement.InOrder(problem, Enumerable.Range(0, problem.Jobs.Count), out failed);
        return [.. new[] { GreedyPlacement.ByRegret(problem, cancellationToken), inOrder, ByDeadline(problem) }.OfType<Placement>()];
    }

    private static int SufficientForConsecutive(CapacityProblem problem) =>
        Sufficient(problem.Capacity, problem.Jobs.Count, more => ByDeadline(problem.With(more)) is not null);

    private static Placement? ByDeadline(CapacityProblem problem) =>
        GreedyPlacement.InOrder(problem, Enumerable.Range(0, problem.Jobs.Count).OrderBy(problem.Last).ThenBy(problem.First), out _);

    private static Int128 AsIfAlone(CapacityProblem problem)
    {
        var (empty, cost) = (new Placement(problem), Int128.Zero);
        for (var job = 0; job < problem.Jobs.Count; job++)
            cost += empty.Best(job).Cost;
        return cost;
    }

    // With room for all of them at once every job fits.
    private static int Sufficient(int tooSmall, int enough, Func<int, bool> fits)
    {
        while (enough - tooSmall > 1)
        {
            var middle = tooSmall + ((enough - tooSmall) / 2);
            if (fits(middle))
                enough = middle;
            else
                tooSmall = middle;
        }

        return enough;
    }

    private static Int128 Cost(CapacityProblem problem, IReadOnlyList<int[]> steps)
    {
        var cost = Int128.Zero;
        for (var job = 0; job < steps.Count; job++)
        {
            foreach (var step in steps[job])
                cost += problem.Cost(job, step - problem.Begin);
        }

        return cost;
    }

    private static PlanRefusal? Check(PlanSeries series, IReadOnlyList<CapacityJob> jobs, int capacity)
    {
        if (capacity < 1)
            return PlanRefusal.Invalid("capacity", "must be 1 or more");
        if (jobs.Count is 0 or > MaxJobs)
            return PlanRefusal.Invalid("jobs", $"must be 1 to {MaxJobs} jobs");
        for (var n = 0; n < jobs.Count; n++)
        {
            if (series.Check(jobs[n].Window) is { } refusal)
                return refusal with { Field = $"jobs[{n}].{refusal.Field}" };
            if (jobs[n].Weight is < 1 or > MaxWeight)
                return PlanRefusal.Invalid($"jobs[{n}].weight", $"must be 1 to {MaxWeight}");
        }

        var steps = jobs.Sum(job => Math.Min(series.Count - job.Window.Arrival, (long)job.Window.Duration + job.Window.Slack));
        return steps > MaxWindowSteps ? PlanRefusal.Invalid("jobs", $"must have windows of {MaxWindowSteps} steps in all at most, but have {steps}") : null;
    }
}
