using Pylon.Forecasting.Planning;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using LibraryObjective = Pylon.Forecasting.Planning.Requests.PlanObjective;

namespace Pylon.Orchestrator.Planning;

/// <summary>One job planned in several ways. Pure.</summary>
internal sealed class Comparison(Places places, Job job, PlanningOptions options)
{
    /// <summary>By policy, then over all places and for each.</summary>
    /// <param name="weight">Of carbon for PLAN_POLICY_WEIGHTED.</param>
    /// <param name="overAllOnly">True without those for each place.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public IEnumerable<ComparedPlan> Rows(double weight, bool overAllOnly, CancellationToken cancellationToken) =>
        Policies(weight).SelectMany(policy => Scopes(overAllOnly).Select(scope => Row(policy.Policy, policy.Request, policy.Weight, scope, cancellationToken)));

    /// <summary>The plans that are best for some weight, and whether some may be missing.</summary>
    public (IReadOnlyList<ComparedPlan> Rows, bool IsIncomplete) Pareto(CancellationToken cancellationToken)
    {
        if (!places.HavePrices)
            throw Refusal.InvalidArgument("pareto", "must be false unless every place has a price").AsException();
        var answers = new PlanAnswers(places, options);
        switch (Planner.Pareto(job.Request, cancellationToken))
        {
            case ParetoResult.Front front:
                return ([.. front.Points.Select(Point)], !front.IsComplete);
            case ParetoResult.NoPlan none:
                var row = new ComparedPlan { Policy = PlanPolicy.Pareto, Error = PlanAnswers.Error(JobPlanner.Refusal(none.Result, job, places, "job")) };
                return ([row], false);
            default:
                throw new InvalidOperationException("The planner has an answer that this service does not know.");
        }

        ComparedPlan Point(ParetoPoint point)
        {
            var weighted = job with { Request = job.Request with { Objective = new LibraryObjective.Weighted(point.FromWeight) } };
            return new ComparedPlan { Policy = PlanPolicy.Pareto, CarbonWeight = point.FromWeight / 1e6, CarbonWeightTo = point.ToWeight / 1e6, Plan = answers.Of(point.Option, weighted) };
        }
    }

    private IEnumerable<(PlanPolicy Policy, PlanRequest Request, double? Weight)> Policies(double weight)
    {
        var asked = job.Request;
        var consecutive = asked with { Shape = PlanShape.Consecutive, MinPiece = 1, MaxRestarts = null, RestartJoules = 0 };
        var interruptible = asked with { Shape = PlanShape.Interruptible };
        var piece = asked.MinPiece > 1 ? asked.MinPiece : Math.Max(1, asked.Duration / 2);
        yield return (PlanPolicy.StartNow, consecutive with { Slack = 0 }, null);
        yield return (PlanPolicy.Consecutive, consecutive, null);
        yield return (PlanPolicy.Interruptible, interruptible with { MinPiece = 1 }, null);
        yield return (PlanPolicy.Pieces, interruptible with { MinPiece = piece }, null);
        yield return (PlanPolicy.CarbonOnly, asked with { Objective = new LibraryObjective.Carbon() }, null);
        if (!places.HavePrices)
            yield break;
        yield return (PlanPolicy.PriceOnly, asked with { Objective = new LibraryObjective.Price() }, null);
        yield return (PlanPolicy.Weighted, asked with { Objective = new LibraryObjective.Weighted(JobReader.Millionths(weight)) }, weight);
    }

    // With one place, over all places says the same.
    private IEnumerable<Place?> Scopes(bool overAllOnly) => overAllOnly || places.All.Count == 1 ? [null] : [null, .. places.All];

    private ComparedPlan Row(PlanPolicy policy, PlanRequest request, double? weight, Place? only, CancellationToken cancellationToken)
    {
        var scope = only is null ? places : places.Only(only);
        var row = new ComparedPlan { Policy = policy, Zone = only?.Name ?? "" };
        if (weight is { } given)
            row.CarbonWeight = given;
        try
        {
            var one = job with { Request = request with { Zones = scope.Zones } };
            row.Plan = new PlanAnswers(scope, options).Of(JobPlanner.Plan(one, scope, "job", cancellationToken).Best, one);
        }
        catch (RefusalException e)
        {
            row.Error = PlanAnswers.Error(e.Refusal);
        }

        return row;
    }
}
