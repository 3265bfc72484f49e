using Pylon.Forecasting.Planning.Requests;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Field = Pylon.Rpc.Field;
using LibraryObjective = Pylon.Forecasting.Planning.Requests.PlanObjective;

namespace Pylon.Orchestrator.Planning;

/// <summary>One job planned in several ways. Pure.</summary>
internal sealed class Comparison(Places places, Job job, PlanningOptions options)
{
    private const int MostPoints = 101;

    /// <summary>By policy, then over all places and for each.</summary>
    /// <param name="paretoPoints">0 for no sweep.</param>
    /// <param name="given">The job as it was asked.</param>
    public IEnumerable<ComparedPlan> Rows(int paretoPoints, PlanJob given)
    {
        if (paretoPoints != 0)
            Field.Range(paretoPoints, "pareto_points", 2, MostPoints);
        if (paretoPoints != 0 && !places.HavePrices)
            throw Refusal.InvalidArgument("pareto_points", "must be 0 unless every place has a price").AsException();
        var weight = given.Objective is { HasCarbonWeight: true } objective ? objective.CarbonWeight : 0.5;
        return Policies(weight).SelectMany(policy => Scopes().Select(scope => Row(policy.Policy, policy.Request, policy.Weight, scope)))
            .Concat(Enumerable.Range(0, paretoPoints).Select(n => Pareto(n / (double)(paretoPoints - 1))));
    }

    private ComparedPlan Pareto(double weight) => Row(PlanPolicy.Pareto, job.Request with { Objective = Weighted(weight) }, weight, null);

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
        yield return (PlanPolicy.Weighted, asked with { Objective = Weighted(weight) }, weight);
    }

    // With one place, over all places says the same.
    private IEnumerable<Place?> Scopes() => places.All.Count == 1 ? [null] : [null, .. places.All];

    private ComparedPlan Row(PlanPolicy policy, PlanRequest request, double? weight, Place? only)
    {
        var scope = only is null ? places : places.Only(only);
        var row = new ComparedPlan { Policy = policy, Zone = only?.Name ?? "" };
        if (weight is { } given)
            row.CarbonWeight = given;
        try
        {
            var one = job with { Request = request with { Zones = scope.Zones } };
            row.Plan = new PlanAnswers(scope, options).Of(JobPlanner.Plan(one, scope, "job").Best, one);
        }
        catch (RefusalException e)
        {
            row.Error = PlanAnswers.Error(e.Refusal);
        }

        return row;
    }

    private static LibraryObjective.Weighted Weighted(double weight) => new(JobReader.Millionths(weight));
}
