using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Solving;

namespace Pylon.Forecasting.Planning;

/// <summary>Finds zone and steps of a job. Pure: no I/O, no clock; the same request has the same answer.</summary>
public static class Planner
{
    /// <summary>
    /// The best zone and steps, or what stands in the way. Among equal costs the steps that come first win (compared one by
    /// one in the order of time), among zones the smaller id.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static PlanResult Plan(PlanRequest request, CancellationToken cancellationToken = default)
    {
        if (RequestRules.Check(request) is { } refusal)
            return new PlanResult.Refused(refusal);
        var found = ZoneSearch.Find(request, cancellationToken);
        if (found.Refusal is not null)
            return new PlanResult.Refused(found.Refusal);
        return found.Options.Count > 0
            ? new PlanResult.Planned(found.Options[0], [.. found.Options.Skip(1).Take(request.RunnersUp)])
            : new RelaxationSearch(request, found.IsProven, cancellationToken).Run();
    }

    /// <summary>
    /// The plans between the cheapest in GBP and the cheapest in grams that are best for some weight; the objective of the
    /// request does not matter. Needs prices.
    /// </summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ParetoResult Pareto(PlanRequest request, CancellationToken cancellationToken = default) => new ParetoSweep(request, cancellationToken).Run();
}
