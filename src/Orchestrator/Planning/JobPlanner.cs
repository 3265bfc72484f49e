using Pylon.Forecasting.Planning;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Planning;

/// <summary>Plans a job that was read; where there is no plan it says why. Pure.</summary>
internal static class JobPlanner
{
    /// <summary>The plan of the best place and of the next ones.</summary>
    public static PlanResult.Planned Plan(Job job, Places places, string field, CancellationToken cancellationToken)
    {
        Check(job, places);
        var result = Planner.Plan(job.Request, cancellationToken);
        return result as PlanResult.Planned ?? throw Refusal(result, job, places, field).AsException();
    }

    /// <summary>Why there is no plan.</summary>
    public static Refusal Refusal(PlanResult result, Job job, Places places, string field) => result switch
    {
        PlanResult.Infeasible infeasible => Refusals.NoWindow(infeasible, job, places),
        PlanResult.Refused refused => Refusals.Of(refused.Refusal, job, places, field),
        _ => throw new InvalidOperationException("The planner has an answer that this service does not know."),
    };

    /// <summary>Refuses a job whose candidate window has a value missing.</summary>
    public static void Check(Job job, Places places)
    {
        var (begin, end) = (job.Begin, job.End(places.Count));
        foreach (var place in places.All)
        {
            foreach (var series in new[] { place.Carbon, place.Price }.OfType<PreparedSeries>())
            {
                if (series.Values.Gaps.Count > 0 && series.GapIn(begin, end) is not null)
                    throw Refusals.Gaps(place, series, begin, end).AsException();
            }
        }
    }
}
