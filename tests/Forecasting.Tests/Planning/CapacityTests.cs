using Pylon.Forecasting.Planning.Capacity;
using Pylon.Forecasting.Planning.Series;
using Pylon.Forecasting.Planning.Solving;

namespace Pylon.Forecasting.Tests.Planning;

public class CapacityTests
{
    private static readonly List<CapacityJob> Thirty = [.. Enumerable.Range(0, 30).Select(i => new CapacityJob(new WindowQuery(1000 + (37 * i % 48), 2 + (5 * i % 6), 12 + (11 * i % 24))))];

    [Theory]
    [InlineData(3, 16859.97, 17239.51, 18208.03)]
    [InlineData(4, 15336.53, 15672.28, 16464.14)]
    [InlineData(6, 14519.39, 14714.00, 14846.47)]
    [InlineData(30, 14103.03, 14103.03, 14103.03)]
    public void ThirtyJobsCostAsKnown(int capacity, double best, double inOrder, double byDeadline)
    {
        if (ReferenceYear.Carbon is not { } year)
            return;

        var plan = Assert.IsType<CapacityResult.Planned>(CapacityPlanner.PlanInterruptible(year, Thirty, capacity));

        Assert.Equal((best, 0), (((long)plan.Cost) / 100.0, plan.GapPercent));
        AssertIsAllowed(plan, Thirty, capacity);
        // What simpler ways come to.
        Assert.Equal(inOrder, Greedy(year, Thirty, capacity) / 100.0);
        Assert.Equal(byDeadline, Greedy(year, [.. Thirty.OrderBy(job => job.Window.Arrival + job.Window.Duration + job.Window.Slack).ThenBy(job => job.Window.Arrival)], capacity) / 100.0);
    }

    [Fact]
    public void ThirtyJobsDoNotFitWithRoomForTwo()
    {
        if (ReferenceYear.Carbon is not { } year)
            return;

        var none = Assert.IsType<CapacityResult.Infeasible>(CapacityPlanner.PlanInterruptible(year, Thirty, 2));

        Assert.Equal((3, true), (none.SufficientCapacity, none.IsProven));
    }

    [Theory]
    [InlineData(3, 17753.38)]
    [InlineData(4, 16346.32)]
    [InlineData(6, 15125.14)]
    [InlineData(30, 14307.97)]
    public void ThirtyJobsWithoutInterruptionAreCheaperThanInOrder(int capacity, double inOrder)
    {
        if (ReferenceYear.Carbon is not { } year)
            return;

        var plan = Assert.IsType<CapacityResult.Planned>(CapacityPlanner.PlanConsecutive(year, Thirty, capacity));

        AssertIsAllowed(plan, Thirty, capacity);
        Assert.InRange(Assert.IsType<CapacityResult.Planned>(CapacityPlanner.PlanInterruptible(year, Thirty, capacity)).Cost, Int128.Zero, plan.LowerBound);
        Assert.True(plan.Cost >= plan.LowerBound);
        Assert.InRange((long)plan.Cost / 100.0, 0, capacity == 30 ? inOrder : inOrder - 1);
    }

    [Fact]
    public void APlanIsTheBestOfAllPlans()
    {
        var placed = 0;
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var series = Make.Series(Array.ConvertAll(Make.Values(random, 9, random.Next(2) == 0 ? 4 : 300), value => value - 200));
            var jobs = Enumerable.Range(0, 4).Select(_ => Job(random)).ToList();
            var capacity = 1 + random.Next(2);

            var best = Cheapest(series, jobs, capacity, consecutive: false);
            var bestConsecutive = Cheapest(series, jobs, capacity, consecutive: true);

            if (best is null)
            {
                Assert.True(Assert.IsType<CapacityResult.Infeasible>(CapacityPlanner.PlanInterruptible(series, jobs, capacity)).IsProven);
                Assert.True(Assert.IsType<CapacityResult.Infeasible>(CapacityPlanner.PlanConsecutive(series, jobs, capacity)).IsProven);
                continue;
            }

            var plan = Assert.IsType<CapacityResult.Planned>(CapacityPlanner.PlanInterruptible(series, jobs, capacity));
            Assert.Equal(best.Value.Cost, plan.Cost);
            Assert.Equal(best.Value.Steps, plan.Steps.Sum(steps => steps.Sum()));
            AssertIsAllowed(plan, jobs, capacity);
            if (bestConsecutive is not null && CapacityPlanner.PlanConsecutive(series, jobs, capacity) is CapacityResult.Planned whole)
            {
                AssertIsAllowed(whole, jobs, capacity);
                Assert.All(whole.Steps, steps => Assert.Single(Brute.RunLengths(steps)));
                Assert.InRange(whole.LowerBound, plan.Cost, bestConsecutive.Value.Cost);
                Assert.True(whole.Cost >= bestConsecutive.Value.Cost);
                placed += whole.Cost == bestConsecutive.Value.Cost ? 1 : 0;
            }
        }

        // Local search finds most of the best plans, not all.
        Assert.InRange(placed, 60, 150);

        static CapacityJob Job(Random random)
        {
            var duration = 1 + random.Next(3);
            return new CapacityJob(new WindowQuery(random.Next(9 - duration), duration, random.Next(5)), 1 + random.Next(3));
        }
    }

    [Fact]
    public void ManyJobsAreNeverWorseThanInOrder()
    {
        var random = new Random(7);
        var series = Make.Series(Make.Values(random, 96, 300));
        var jobs = Enumerable.Range(0, 300).Select(_ => new CapacityJob(new WindowQuery(random.Next(48), 1 + random.Next(8), random.Next(30)))).ToList();

        var plan = Assert.IsType<CapacityResult.Planned>(CapacityPlanner.PlanInterruptible(series, jobs, 32));
        var whole = Assert.IsType<CapacityResult.Planned>(CapacityPlanner.PlanConsecutive(series, jobs, 32));

        AssertIsAllowed(plan, jobs, 32);
        AssertIsAllowed(whole, jobs, 32);
        Assert.True(plan.Cost < Greedy(series, jobs, 32));
        Assert.InRange(whole.GapPercent, 0, 25);
    }

    [Fact]
    public void LargeValuesAndWeightsStayExact()
    {
        // Beyond 64 bits, with a difference in the last digit.
        var series = Make.Series([PlanSeries.MaxValue, PlanSeries.MaxValue - 1, -PlanSeries.MaxValue]);
        CapacityJob[] jobs = [new(new WindowQuery(0, 1, 2), CapacityPlanner.MaxWeight), new(new WindowQuery(0, 1, 1), CapacityPlanner.MaxWeight)];

        var plan = Assert.IsType<CapacityResult.Planned>(CapacityPlanner.PlanInterruptible(series, jobs, 1));

        Assert.Equal([[2], [1]], plan.Steps);
        Assert.Equal(-CapacityPlanner.MaxWeight, plan.Cost);
    }

    [Fact]
    public void WrongRequestsAreRefused()
    {
        var series = Make.Series([1, 2, 3]);
        CapacityJob job = new(new WindowQuery(0, 1, 2));

        Assert.Equal("capacity", Refused([job], 0));
        Assert.Equal("jobs", Refused([], 1));
        Assert.Equal("jobs", Refused([.. Enumerable.Repeat(job, CapacityPlanner.MaxJobs + 1)], 1));
        Assert.Equal("jobs[1].duration", Refused([job, new CapacityJob(new WindowQuery(2, 2, 0))], 1));
        Assert.Equal("jobs[0].weight", Refused([job with { Weight = 0 }], 1));
        Assert.Equal("jobs", Assert.IsType<CapacityResult.Refused>(CapacityPlanner.PlanConsecutive(Make.Series(new long[1_000]), [.. Enumerable.Repeat(new CapacityJob(new WindowQuery(0, 1, 999)), 193)], 1)).Refusal.Field);

        string Refused(CapacityJob[] jobs, int capacity) => Assert.IsType<CapacityResult.Refused>(CapacityPlanner.PlanInterruptible(series, jobs, capacity)).Refusal.Field;
    }

    [Fact]
    public void APlanThatIsCancelledEnds()
    {
        var cancelled = new CancellationToken(canceled: true);
        var series = Make.Series([1, 2, 3]);

        Assert.Throws<OperationCanceledException>(() => CapacityPlanner.PlanInterruptible(series, [new CapacityJob(new WindowQuery(0, 1, 2))], 1, cancelled));
        Assert.Throws<OperationCanceledException>(() => Pylon.Forecasting.Planning.Planner.Plan(Make.Job(series, 0, 1, null), cancelled));
    }

    [Fact]
    public void ASearchThatIsCancelledEnds()
    {
        var cancelled = new CancellationToken(canceled: true);
        var job = Make.Job(Make.Series([1, 2, 3]), 0, 1, null);
        var problem = new CapacityProblem(job.Zones[0].Carbon, [new CapacityJob(new WindowQuery(0, 1, 2))], 1);

        Assert.Throws<OperationCanceledException>(() => ConsecutiveSolver.Best(new ZoneWindow(job, job.Zones[0], SearchWindow.Of(job), Coefficients.OfCarbon, new JobEnergy(job)), cancelled));
        Assert.Throws<OperationCanceledException>(() => GreedyPlacement.ByRegret(problem, cancelled));
    }

    private static (Int128 Cost, int Steps)? Cheapest(PlanSeries series, List<CapacityJob> jobs, int capacity, bool consecutive)
    {
        (Int128, int)? best = null;
        Place(0, new int[series.Count], 0, 0);
        return best;

        void Place(int n, int[] used, Int128 cost, int steps)
        {
            if (n == jobs.Count)
            {
                if (best is null || (cost, steps).CompareTo(best.Value) < 0)
                    best = (cost, steps);
                return;
            }

            var window = jobs[n].Window;
            var length = Math.Min(series.Count - window.Arrival, window.Duration + window.Slack);
            foreach (var choice in Brute.Choices(length, window.Duration).Where(choice => !consecutive || Brute.RunLengths(choice).Count == 1))
            {
                var chosen = choice.Select(step => step + window.Arrival).ToArray();
                if (!chosen.All(step => used[step] < capacity))
                    continue;
                foreach (var step in chosen)
                    used[step]++;
                Place(n + 1, used, cost + (jobs[n].Weight * chosen.Aggregate(Int128.Zero, (sum, step) => sum + series.Values[step])), steps + chosen.Sum());
                foreach (var step in chosen)
                    used[step]--;
            }
        }
    }

    private static void AssertIsAllowed(CapacityResult.Planned plan, List<CapacityJob> jobs, int capacity)
    {
        Assert.All(plan.Steps.SelectMany(steps => steps).GroupBy(step => step), together => Assert.InRange(together.Count(), 1, capacity));
        Assert.Equal(jobs.Count, plan.Steps.Count);
        for (var n = 0; n < jobs.Count; n++)
        {
            var window = jobs[n].Window;
            Assert.Equal(window.Duration, plan.Steps[n].Distinct().Count());
            Assert.All(plan.Steps[n], step => Assert.InRange(step, window.Arrival, window.Arrival + window.Duration + window.Slack - 1));
        }
    }

    private static long Greedy(PlanSeries series, List<CapacityJob> jobs, int capacity)
    {
        var (used, cost) = (new int[series.Count], 0L);
        foreach (var window in jobs.Select(job => job.Window))
        {
            foreach (var step in Enumerable.Range(window.Arrival, window.Duration + window.Slack).Where(step => used[step] < capacity).OrderBy(step => series.Values[step]).Take(window.Duration).ToList())
            {
                used[step]++;
                cost += series.Values[step];
            }
        }

        return cost;
    }
}
