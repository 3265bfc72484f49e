using Pylon.Orchestrator.V1;

namespace Pylon.Web.Planning;

/// <summary>What the planner says: the best plan, and the best of other ways to run the job.</summary>
internal sealed record Answer(PlanWindowResponse Best, ComparePlansResponse Ways)
{
    /// <summary>What no other plan beats in price and carbon at once, from the lowest price on; empty without prices.</summary>
    public IReadOnlyList<Plan> Curve { get; } =
        [.. Ways.Rows.Where(row => row.Policy == PlanPolicy.Pareto && row.Plan is { Price: not null, Carbon: not null }).Select(row => row.Plan).OrderBy(plan => plan.Price.Mean)];
}
