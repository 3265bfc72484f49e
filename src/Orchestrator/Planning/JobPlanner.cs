using Pylon.Forecasting.Planning;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Planning;

/// <summary>Plans a job that was read; where there is no plan it says why. Pure.</summary>
internal static class JobPlanner
{
    /// <summary>The plan of the best place and of the next ones.</summary>
    public static PlanResult.Planned Plan(Job job, Places places, string field)
    {
        Check(job, places);
        return Planner.Plan(job.Request) switch
        {
            PlanResult.Planned planned => planned,
            PlanResult.Infeasible infeasible => throw Refusals.NoWindow(infeasible, job, places).AsException(),
            PlanResult.Refused refused => throw Refusals.Of(refused.Refusal, job, places, field).AsException(),
            _ => throw new InvalidOperationException("The planner has an answer that this service does not know."),
        };
    }

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
