using Pylon.Forecasting.Planning.Requests;

namespace Pylon.Forecasting.Tests.Planning;

/// <summary>Pieces, restarts and profiles against every choice of steps.</summary>
public class ShapeTests
{
    [Fact]
    public void EveryShapeIsTheBestOfAllChoices()
    {
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var values = Make.Values(random, 11, random.Next(2) == 0 ? 4 : 300);
            var (arrival, duration) = (random.Next(3), 1 + random.Next(5));
            var job = Make.Job(Make.Series(values), arrival, duration, random.Next(8), PlanShape.Interruptible) with
            {
                MinPiece = 1 + random.Next(duration),
                MaxRestarts = random.Next(3) == 0 ? random.Next(3) : null,
                RestartJoules = random.Next(2) * 1_800_000L * random.Next(4),
                Power = random.Next(2) == 0 ? PowerProfile.Flat(duration, 1_000, TimeSpan.FromHours(1)) : PowerProfile.PerStep(Enumerable.Range(0, duration).Select(_ => 500L * random.Next(1, 4)), TimeSpan.FromHours(1)),
                Limits = random.Next(3) == 0 ? new PlanLimits { Blackouts = [new StepRange(4, 5), new StepRange(8, 9)] } : new PlanLimits(),
            };

            AssertIsBest(job, values, seed);
            AssertIsBest(job with { Shape = PlanShape.Consecutive, MinPiece = 1, MaxRestarts = null, RestartJoules = 0 }, values, seed);
        }
    }

    [Fact]
    public void AJobThatIsNotAlignedWeighsItsEnds()
    {
        // 40 minutes, an hour, 50 minutes.
        var power = PowerProfile.Partial(TimeSpan.FromMinutes(40), 1, TimeSpan.FromMinutes(50), 600, TimeSpan.FromHours(1));
        var plan = Make.Best(Make.Job(Make.Carbon(30, 90, 12, 60, 24), 0, 3, null) with { Power = power });

        // 0.4·30 + 0.6·90 + 0.5·12 = 72; 0.4·90 + 0.6·12 + 0.5·60 = 73.2; 0.4·12 + 0.6·60 + 0.5·24 = 52.8
        Assert.Equal((2, 52.8, 1.5), (plan.First, Math.Round(plan.CarbonGrams, 9), plan.EnergyKwh));
    }

    [Fact]
    public void ARestartThatCostsMoreThanItSavesIsNotTaken()
    {
        var job = Make.Job(Make.Carbon(10, 50, 10, 10), 0, 3, null, PlanShape.Interruptible);

        Assert.Equal([0, 2, 3], Make.Best(job).Steps);
        var restarted = Make.Best(job with { RestartJoules = 3 * PowerProfile.JoulesPerKwh });
        Assert.Equal([0, 2, 3], restarted.Steps);
        Assert.Equal((60, 6), (restarted.CarbonGrams, restarted.EnergyKwh));
        // 10 + 10 + 10 + 4·10 is as much as 10 + 50 + 10, which comes first.
        Assert.Equal([0, 1, 2], Make.Best(job with { RestartJoules = 4 * PowerProfile.JoulesPerKwh }).Steps);
        Assert.Equal([0, 1, 2], Make.Best(job with { RestartJoules = 5 * PowerProfile.JoulesPerKwh }).Steps);
        Assert.Equal([0, 1, 2], Make.Best(job with { MaxRestarts = 0 }).Steps);
    }

    [Fact]
    public void PiecesThatAreTooLargeToSearchAreRefused()
    {
        var job = Make.Job(Make.Series(new long[20_000]), 0, 2_000, null, PlanShape.Interruptible);

        Assert.Equal("duration", Make.Refusal(job with { MinPiece = 2 }).Field);
        Assert.Equal(0, Make.Best(job).First);
    }

    [Fact]
    public void WrongJobsAreRefused()
    {
        var job = Make.Job(Make.Series([1, 2, 3, 4]), 0, 2, null);

        Assert.Equal("power", Make.Refusal(job with { Power = PowerProfile.Flat(3, 1_000, TimeSpan.FromHours(1)) }).Field);
        Assert.Equal("power", Make.Refusal(job with { Power = PowerProfile.Flat(2, 0, TimeSpan.FromHours(1)) }).Field);
        Assert.Equal("power", Make.Refusal(job with { Power = PowerProfile.Flat(2, -1, TimeSpan.FromHours(1)) }).Field);
        Assert.Equal("min_piece", Make.Refusal(job with { MinPiece = 2 }).Field);
        Assert.Equal("min_piece", Make.Refusal(job with { Shape = PlanShape.Interruptible, MinPiece = 3 }).Field);
        Assert.Equal("max_restarts", Make.Refusal(job with { Shape = PlanShape.Interruptible, MaxRestarts = -1 }).Field);
        Assert.Equal("shape", Make.Refusal(job with { Shape = (PlanShape)7 }).Field);
        Assert.Equal("slack", Make.Refusal(job with { Slack = -1 }).Field);
        Assert.Equal("zones", Make.Refusal(job with { Zones = [] }).Field);
        Assert.Equal("zones", Make.Refusal(job with { Zones = [job.Zones[0], job.Zones[0]] }).Field);
        Assert.Equal("zones[0].pue", Make.Refusal(job with { Zones = [job.Zones[0] with { PueThousandths = 999 }] }).Field);
        Assert.Equal("zones[0].carbon", Make.Refusal(job with { Zones = [job.Zones[0] with { Carbon = Make.Series([1, -1]) }] }).Field);
        Assert.Equal("zones[1]", Make.Refusal(job with { Zones = [job.Zones[0], new PlanZone("there", Make.Series([1, 2], TimeSpan.FromMinutes(30)))] }).Field);
        Assert.Equal("zones[0].price", Make.Refusal(job with { Objective = new PlanObjective.Price() }).Field);
        Assert.Equal("objective.carbon_weight", Make.Refusal(job with { Zones = [job.Zones[0] with { Price = job.Zones[0].Carbon }], Objective = new PlanObjective.Weighted(1_000_001) }).Field);
        Assert.Equal("runners_up", Make.Refusal(job with { RunnersUp = -1 }).Field);
    }

    private static void AssertIsBest(PlanRequest job, long[] values, int seed)
    {
        var length = Math.Min(values.Length - job.Arrival, job.Duration + job.Slack!.Value);
        var best = Brute.Choices(length, job.Duration)
            .Select(steps => steps.Select(step => step + job.Arrival).ToArray())
            .Where(steps => IsAllowed(job, steps))
            .MinBy(steps => Cost(job, steps, values));
        if (best is null)
        {
            Make.Infeasible(job);
            return;
        }

        var plan = Make.Best(job);
        Assert.True(best.SequenceEqual(plan.Steps), $"seed {seed}: {string.Join(' ', best)} is better than {string.Join(' ', plan.Steps)}");
        Assert.Equal(Cost(job, best, values) / 100.0 / PowerProfile.JoulesPerKwh, plan.Cost, 9);
    }

    private static bool IsAllowed(PlanRequest job, int[] steps)
    {
        var runs = Brute.RunLengths(steps);
        return (job.Shape == PlanShape.Interruptible || runs.Count == 1) && runs.TrueForAll(run => run >= job.MinPiece) && runs.Count - 1 <= (job.MaxRestarts ?? steps.Length)
            && !steps.Any(step => job.Limits.Blackouts.Any(blackout => step >= blackout.From && step < blackout.To));
    }

    private static long Cost(PlanRequest job, int[] steps, long[] values)
    {
        var power = job.Power.Pieces.SelectMany(piece => Enumerable.Repeat(piece.JoulesPerStep, piece.Steps)).ToArray();
        return steps.Select((step, n) => (power[n] + (n > 0 && steps[n - 1] != step - 1 ? job.RestartJoules : 0)) * values[step]).Sum();
    }
}
