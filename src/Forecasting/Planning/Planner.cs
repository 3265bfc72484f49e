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
    public static PlanResult Plan(PlanRequest request)
    {
        if (RequestRules.Check(request) is { } refusal)
            return new PlanResult.Refused(refusal);
        var found = ZoneSearch.Find(request);
        if (found.Refusal is not null)
            return new PlanResult.Refused(found.Refusal);
        return found.Options.Count > 0
            ? new PlanResult.Planned(found.Options[0], [.. found.Options.Skip(1).Take(request.RunnersUp)])
            : new RelaxationSearch(request, found.IsProven).Run();
    }
}
