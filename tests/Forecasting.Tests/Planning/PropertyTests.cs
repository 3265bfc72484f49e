using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Tests.Planning;

/// <summary>What holds for any job, over jobs from a seeded generator.</summary>
public class PropertyTests
{
    private const int Jobs = 500;

    [Fact]
    public void APlanIsNeverWorseThanStartingNow() => ForAll((job, _) =>
    {
        var plan = Make.Best(job);

        Assert.True(plan.Cost <= plan.NowCost);
        Assert.True(plan.SavingPercent >= 0);
    });

    [Fact]
    public void MoreSlackIsNeverWorse() => ForAll((job, random) =>
        Assert.True(Make.Best(job with { Slack = job.Slack + random.Next(30) }).ExactCost <= Make.Best(job).ExactCost));

    [Fact]
    public void FewerInterruptionsAreNeverBetter() => ForAll((job, random) =>
    {
        var costs = new[] { 1, 1 + random.Next(job.Duration), job.Duration }.Order()
            .Select(piece => Make.Best(job with { Shape = PlanShape.Interruptible, MinPiece = piece }).ExactCost)
            .Append(Make.Best(job with { Shape = PlanShape.Consecutive }).ExactCost).ToList();

        Assert.Equal(costs.Order(), costs);
        Assert.Equal(costs[^2], costs[^1]);
    });

    [Fact]
    public void ALimitIsNeverBetter() => ForAll((job, random) =>
    {
        var limited = job with { Limits = new PlanLimits { Blackouts = [new StepRange(random.Next(30), 31 + random.Next(4))] } };

        if (Pylon.Forecasting.Planning.Planner.Plan(limited) is PlanResult.Planned planned)
            Assert.True(planned.Best.ExactCost >= Make.Best(job).ExactCost);
        else
            Assert.Contains(PlanLimit.Blackouts, Make.Infeasible(limited).Binding);
    });

    [Fact]
    public void AConstantChangesNoChoice() => ForAll((job, random) =>
    {
        var constant = random.Next(1, 50_000);
        var raised = job with { Zones = [job.Zones[0] with { Carbon = Make.Series(Array.ConvertAll(job.Zones[0].Carbon.Values.ToArray(), value => value + constant)) }] };

        Assert.Equal(Make.Best(job).Steps, Make.Best(raised).Steps);
    });

    [Fact]
    public void EqualValuesAreTakenInTheOrderOfTime() => ForAll((job, random) =>
    {
        // The last digits tell equal values apart in the order of time: a series without ties has the same choice.
        var values = job.Zones[0].Carbon.Values.ToArray();
        var distinct = values.Select((value, step) => (value * values.Length * values.Length) + step).ToArray();
        var query = new WindowQuery(job.Arrival, job.Duration, job.Slack!.Value);

        Assert.Equal(job.Zones[0].Carbon.ListSmallest(query), Make.Series(distinct).ListSmallest(query));

        // And the sum does not depend on which of two equal values comes first.
        var (one, other) = (random.Next(values.Length), random.Next(values.Length));
        if (values[one] == values[other])
            (distinct[one], distinct[other]) = (distinct[other], distinct[one]);
        Assert.Equal(job.Zones[0].Carbon.ListSmallest(query).Sum(step => values[step]), Make.Series(distinct).ListSmallest(query).Sum(step => values[step]));
    });

    [Fact]
    public void ThePlannerAndThePreparedSeriesAgree() => ForAll((job, _) =>
    {
        var (series, query) = (job.Zones[0].Carbon, new WindowQuery(job.Arrival, job.Duration, job.Slack!.Value));
        Assert.True(series.TryConsecutive(query, out var consecutive, out var _));

        Assert.Equal(consecutive.First, Make.Best(job with { Shape = PlanShape.Consecutive }).First);
        Assert.Equal(series.ListSmallest(query), Make.Best(job with { Shape = PlanShape.Interruptible }).Steps);
    });

    private static void ForAll(Action<PlanRequest, Random> holds)
    {
        for (var seed = 0; seed < Jobs; seed++)
        {
            var random = new Random(seed);
            var series = Make.Series(Make.Values(random, 70, random.Next(2) == 0 ? 5 : 400));
            var job = Make.Job(series, random.Next(40), 1 + random.Next(10), random.Next(40), (PlanShape)random.Next(2));
            try
            {
                holds(job, new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}", e);
            }
        }
    }
}
