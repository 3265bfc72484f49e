using Pylon.Forecasting.Planning;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Tests.Planning;

public class ObjectiveTests
{
    private static readonly PlanZone Here = new("here", Make.Carbon(100, 200, 150, 50), Make.Price(80, 20, 40, 100));

    [Theory]
    [InlineData(0, 1, 1.0)]
    [InlineData(250_000, 1, 1.45)]
    [InlineData(500_000, 1, 1.9)]
    [InlineData(750_000, 2, 1.783333)]
    [InlineData(1_000_000, 2, 1.6)]
    public void WeightsCostAsKnown(int weight, int start, double cost)
    {
        var plan = Make.Best(Make.Job([Here], 0, 2, null) with { Objective = new PlanObjective.Weighted(weight) });

        Assert.Equal((start, cost), (plan.First, Math.Round(plan.Cost, 6)));
    }

    [Theory]
    [InlineData(0, 1, 0.6)]
    [InlineData(5_000, 1, 0.775)]
    [InlineData(20_000, 1, 1.3)]
    [InlineData(100_000, 2, 3.4)]
    public void MoneyCostsAsKnown(int pence, int start, double gbp)
    {
        var plan = Make.Best(Make.Job([Here], 0, 2, null) with { Objective = new PlanObjective.Money(pence), Power = PowerProfile.Flat(2, 10_000, TimeSpan.FromHours(1)) });

        Assert.Equal((start, gbp), (plan.First, Math.Round(plan.Cost, 9)));
    }

    [Fact]
    public void PriceAloneIsInPounds()
    {
        var plan = Make.Best(Make.Job([Here], 0, 2, null) with { Objective = new PlanObjective.Price() });

        Assert.Equal((1, 0.06, 0.06, 350), (plan.First, Math.Round(plan.Cost, 9), Math.Round(plan.PriceGbp!.Value, 9), plan.CarbonGrams));
    }

    [Fact]
    public void WeightsNeedPositiveMeans()
    {
        var free = Make.Job([Here with { Price = Make.Price(-80, 20, 40, 20) }], 0, 2, null);

        Assert.Equal("objective", Make.Refusal(free with { Objective = new PlanObjective.Weighted(500_000) }).Field);
        Assert.Equal(2, Make.Best(free with { Objective = new PlanObjective.Weighted(1_000_000) }).First);
        Assert.Equal(0, Make.Best(free with { Objective = new PlanObjective.Money(5_000) }).First);
    }

    [Fact]
    public void TheSweepFindsEveryPlanThatIsBestForSomeWeight()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var zone = new PlanZone("here", Make.Series(Make.Values(random, 40, 300)), Make.Series(Array.ConvertAll(Make.Values(random, 40, 90_000), price => price + 100)));
            var job = Make.Job([zone], random.Next(10), 1 + random.Next(5), 20, (PlanShape)random.Next(2));

            var front = Assert.IsType<ParetoResult.Front>(Planner.Pareto(job));

            Assert.True(front.IsComplete);
            Assert.Equal((0, 1_000_000), (front.Points[0].FromWeight, front.Points[^1].ToWeight));
            for (var weight = 0; weight <= 1_000_000; weight += 12_500)
            {
                var best = Make.Best(job with { Objective = new PlanObjective.Weighted(weight) });
                var point = front.Points.Last(point => point.FromWeight <= weight);
                // Between the last weight of a point and the first of the next both cost the same, to the millionth.
                Assert.True(point.Option.Runs.SequenceEqual(best.Runs) || point.ToWeight < weight || IsAsGood(job, weight, point.Option, best));
            }

            Assert.Equal(front.Points.OrderBy(point => point.Option.PriceGbp).Select(point => point.FromWeight), front.Points.Select(point => point.FromWeight));
            Assert.Equal(front.Points.OrderByDescending(point => point.Option.CarbonGrams).Select(point => point.FromWeight), front.Points.Select(point => point.FromWeight));
        }
    }

    [Fact]
    public void TheSweepOfTheKnownPointsHasTwoPlans()
    {
        var front = Assert.IsType<ParetoResult.Front>(Planner.Pareto(Make.Job([Here], 0, 2, null)));

        // 350·w/125 + 60·(1 - w)/60 = 200·w/125 + 140·(1 - w)/60 at w = 10/19.
        Assert.Equal([(1, 0, 526_315), (2, 526_316, 1_000_000)], front.Points.Select(point => (point.Option.First, point.FromWeight, point.ToWeight)));
    }

    [Fact]
    public void ASweepWithoutPricesIsRefused() =>
        Assert.Equal("zones[0].price", Assert.IsType<PlanResult.Refused>(Assert.IsType<ParetoResult.NoPlan>(Planner.Pareto(Make.Job(Here.Carbon, 0, 2, null))).Result).Refusal.Field);

    [Theory]
    [InlineData(100, 105, false, 60, false)]
    [InlineData(100, 105.1, false, 60, true)]
    [InlineData(100, 94.9, false, 60, true)]
    [InlineData(100, 94.9, false, 59, false)]
    [InlineData(100, 200, true, 600, false)]
    [InlineData(-2, -1, false, 60, true)]
    public void AJobIsPlannedAnewAfterALargeChangeOnly(double planned, double expected, bool hasStarted, int minutes, bool isDue) =>
        Assert.Equal(isDue, ReplanRule.Default.IsDue(planned, expected, hasStarted, TimeSpan.FromMinutes(minutes)));

    private static bool IsAsGood(PlanRequest job, int weight, PlanOption option, PlanOption best)
    {
        var zone = job.Zones[0];
        var length = Math.Min(zone.Carbon.Count - job.Arrival, job.Duration + job.Slack!.Value);
        var (carbon, price) = (zone.Carbon.Sum(job.Arrival, job.Arrival + length), zone.Price!.Sum(job.Arrival, job.Arrival + length));
        return Cost(option) == Cost(best);

        Int128 Cost(PlanOption one) => one.Steps.Aggregate(Int128.Zero, (sum, step) => sum + ((Int128)weight * price * zone.Carbon.Values[step]) + ((Int128)(1_000_000 - weight) * carbon * zone.Price.Values[step]));
    }
}
