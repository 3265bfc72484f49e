using System.Diagnostics;
using Pylon.Forecasting.Planning.Capacity;
using Pylon.Forecasting.Planning.Series;

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
        Console.WriteLine($"{capacity} {plan.Cost} gap {plan.GapPercent}");
    }

    [Fact]
    public void Big()
    {
        var random = new Random(1);
        var series = Make.Series(Make.Values(random, 96, 300));
        CapacityJob One()
        {
            var d = 1 + random.Next(8);
            return new CapacityJob(new WindowQuery(0, d, 96 - d), random.Next(1, 30));
        }

        var jobs = Enumerable.Range(0, 2000).Select(_ => One()).ToList();
        var sw = Stopwatch.StartNew();
        var r = CapacityPlanner.PlanInterruptible(series, jobs, 100);
        Console.WriteLine($"flow {sw.ElapsedMilliseconds} {r}");
        sw.Restart();
        var r2 = CapacityPlanner.PlanConsecutive(series, jobs, 110);
        Console.WriteLine($"consecutive {sw.ElapsedMilliseconds} {r2} {(r2 as CapacityResult.Planned)?.GapPercent}");
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
