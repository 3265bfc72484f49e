using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Tests.Planning;

public class LimitTests
{
    private static readonly PlanRequest Job = Make.Job([new PlanZone("here", Make.Carbon(100, 200, 150, 50, 60, 300), Make.Price(80, 20, 40, 100, 90, 10))], 0, 2, null);

    [Fact]
    public void LimitsOnSumsAreKeptAtTheLeastCost()
    {
        var planned = 0;
        for (var seed = 0; seed < 1_500; seed++)
        {
            var random = new Random(seed);
            var (carbon, price) = (Make.Values(random, 12, 300), Array.ConvertAll(Make.Values(random, 12, 90_000), one => one - 1_000_000));
            var duration = 1 + random.Next(5);
            var job = Make.Job([new PlanZone("here", Make.Series(carbon), Make.Series(price), 1_150)], random.Next(3), duration, random.Next(9), (PlanShape)random.Next(2)) with
            {
                Objective = random.Next(3) switch { 0 => new PlanObjective.Carbon(), 1 => new PlanObjective.Price(), _ => new PlanObjective.Money(20_000) },
                Limits = new PlanLimits
                {
                    MaxMeanCarbon = random.Next(2) == 0 ? random.Next(250) + 0.5m : null,
                    CarbonCap = random.Next(4) == 0 ? random.Next(100, 300) : null,
                    MaxTotalCarbon = random.Next(2) == 0 ? duration * random.Next(300) : null,
                    MaxPrice = random.Next(2) == 0 ? duration * random.Next(80) / 1_000m : null,
                },
            };
            var length = Math.Min(12 - job.Arrival, duration + job.Slack!.Value);
            var best = Brute.Choices(length, duration).Select(steps => steps.Select(step => step + job.Arrival).ToArray())
                .Where(steps => (job.Shape == PlanShape.Interruptible || Brute.RunLengths(steps).Count == 1) && Keeps(job, steps, carbon, price))
                .MinBy(steps => Cost(job.Objective, steps, carbon, price));
            if (best is null)
            {
                Assert.True(Make.Infeasible(job).IsProven);
                continue;
            }

            var plan = Make.Best(job);
            Assert.True(best.SequenceEqual(plan.Steps), $"seed {seed}: {string.Join(' ', best)} is better than {string.Join(' ', plan.Steps)}");
            Assert.Equal(0, plan.GapPercent);
            planned++;
        }

        Assert.InRange(planned, 300, 1_400);
    }

    [Fact]
    public void ALongWindowUnderALimitIsSolvedExactlyOrTellsItsGap()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var zone = new PlanZone("here", Make.Series(Make.Values(random, 400, 300)), Make.Series(Make.Values(random, 400, 90_000)));
            var job = Make.Job([zone], 0, 24, null, PlanShape.Interruptible);
            var (cheap, clean) = (Make.Best(job with { Objective = new PlanObjective.Price() }), Make.Best(job));
            var limit = (decimal)Math.Round((cheap.PriceGbp!.Value + clean.PriceGbp!.Value) / 2, 4);
            var inPieces = job with { MinPiece = 3 };
            var piecesLimit = (decimal)Math.Round(Make.Best(inPieces with { Objective = new PlanObjective.Price() }).PriceGbp!.Value * 1.2, 4);

            var plan = Make.Best(job with { Limits = new PlanLimits { MaxPrice = limit } });
            var pieces = Make.Best(inPieces with { Limits = new PlanLimits { MaxPrice = piecesLimit } });

            Assert.InRange(plan.PriceGbp!.Value, 0, (double)limit);
            Assert.InRange(plan.CarbonGrams, clean.CarbonGrams, cheap.CarbonGrams);
            Assert.InRange(pieces.PriceGbp!.Value, 0, (double)piecesLimit);
        }
    }

    [Fact]
    public void ATightDeadlineIsToldWithTheNearestThatWouldDo()
    {
        var none = Make.Infeasible(Job with { Limits = new PlanLimits { Deadline = 4, MaxMeanCarbon = 60 } });

        Assert.Equal([PlanLimit.Deadline, PlanLimit.MaxMeanCarbon], none.Binding);
        Assert.Equal((5, 55), (none.Relaxations[0].Steps, none.Relaxations[0].Plan.MeanCarbon));
        Assert.Equal((100m, 2), (none.Relaxations[1].Value, none.Relaxations[1].Plan.First));
        Assert.True(none.IsProven);
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void EveryBrokenLimitHasARelaxation(PlanLimit limit, PlanRequest broken, int? steps, double? value)
    {
        var none = Make.Infeasible(broken);

        var relaxation = none.Relaxations.First(one => one.Limit == limit);
        Assert.Equal(none.Relaxations.Select(one => one.Limit), none.Binding);
        Assert.Equal((limit, steps, (decimal?)value), (relaxation.Limit, relaxation.Steps, relaxation.Value));
    }

    public static TheoryData<PlanLimit, PlanRequest, int?, double?> Broken => new()
    {
        { PlanLimit.Deadline, Job with { Limits = new PlanLimits { Deadline = 1 } }, 2, null },
        { PlanLimit.Slack, Job with { Slack = 0, Limits = new PlanLimits { Blackouts = [new StepRange(0, 3)], Deadline = 5 } }, 3, null },
        { PlanLimit.MaxDelay, Job with { Limits = new PlanLimits { MaxDelay = 2, Blackouts = [new StepRange(0, 3), new StepRange(2, 4)] } }, 4, null },
        { PlanLimit.EarliestStart, Job with { Limits = new PlanLimits { EarliestStart = 5 } }, 4, null },
        { PlanLimit.Blackouts, Job with { Limits = new PlanLimits { Blackouts = [new StepRange(1, 2), new StepRange(3, 4), new StepRange(5, 6)] } }, null, null },
        { PlanLimit.CarbonCap, Job with { Limits = new PlanLimits { CarbonCap = 55 } }, null, 60 },
        { PlanLimit.MaxMeanCarbon, Job with { Limits = new PlanLimits { MaxMeanCarbon = 54.9m } }, null, 55 },
        { PlanLimit.MaxTotalCarbon, Job with { Limits = new PlanLimits { MaxTotalCarbon = 100 } }, null, 110 },
        { PlanLimit.MaxPrice, Job with { Limits = new PlanLimits { MaxPrice = 0.059m } }, null, 0.06 },
        { PlanLimit.Zones, Job with { Limits = new PlanLimits { BlockedZones = ["here"] } }, null, null },
        { PlanLimit.Zones, Job with { Limits = new PlanLimits { AllowedZones = [] } }, null, null },
    };

    [Fact]
    public void LimitsThatNoSingleChangeMendsAreAllNamed()
    {
        var none = Make.Infeasible(Job with { Limits = new PlanLimits { MaxMeanCarbon = 1, MaxPrice = 0.001m } });

        Assert.Equal([PlanLimit.MaxMeanCarbon, PlanLimit.MaxPrice], none.Binding);
        Assert.Empty(none.Relaxations);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(4, 3)]
    public void UrgencyBoundsTheDelay(int hours, int start)
    {
        var carbon = Make.Carbon(60, 50, 50, 40, 40, 10, 10);

        Assert.Equal(start, Make.Best(Make.Job(carbon, 0, 1, null) with { Limits = new PlanLimits { MaxDelay = hours } }).First);
    }

    [Theory]
    [InlineData(40, 3)]
    [InlineData(63.333333, 3)]
    [InlineData(63.4, 0)]
    public void ASmallSavingIsNotWorthWaitingFor(double least, int start)
    {
        // Now 300 g, best 110 g: 63.33 % saved.
        var plan = Make.Best(Job with { Limits = new PlanLimits { MinSaving = (decimal)least } });

        Assert.Equal((start, start == 0, 0), (plan.First, plan.IsNow, plan.GapPercent));
    }

    [Fact]
    public void ASmallSavingIsTakenWhereNowIsNotAllowed() =>
        Assert.Equal(3, Make.Best(Job with { Limits = new PlanLimits { MinSaving = 99, Blackouts = [new StepRange(0, 1)] } }).First);

    [Fact]
    public void WrongLimitsAreRefused()
    {
        Assert.Equal("deadline", Refused(new PlanLimits { Deadline = -1 }));
        Assert.Equal("earliest_start", Refused(new PlanLimits { EarliestStart = -1 }));
        Assert.Equal("max_delay", Refused(new PlanLimits { MaxDelay = -1 }));
        Assert.Equal("max_mean_g", Refused(new PlanLimits { MaxMeanCarbon = -1 }));
        Assert.Equal("carbon_cap_gco2", Refused(new PlanLimits { CarbonCap = decimal.MaxValue }));
        Assert.Equal("max_total_gco2", Refused(new PlanLimits { MaxTotalCarbon = -1 }));
        Assert.Equal("max_price_gbp", Refused(new PlanLimits { MaxPrice = -1 }));
        Assert.Equal("min_saving_pct", Refused(new PlanLimits { MinSaving = 101 }));
        Assert.Equal("blackouts", Refused(new PlanLimits { Blackouts = [new StepRange(2, 2)] }));

        static string Refused(PlanLimits limits) => Make.Refusal(Job with { Limits = limits }).Field;
    }

    [Fact]
    public void ExtremesOfLimitsAreAnswered()
    {
        var widest = new PlanLimits { Deadline = int.MaxValue, MaxDelay = int.MaxValue, MaxMeanCarbon = 1e12m, CarbonCap = 1e12m, MaxTotalCarbon = 1e12m, MaxPrice = 1e9m };

        Assert.Equal(3, Make.Best(Job with { Slack = int.MaxValue, Limits = widest }).First);
        Assert.Equal([4, 3], Make.Best(Job with { Shape = PlanShape.Interruptible, Limits = widest }).Steps.Reverse());
        Assert.Equal([PlanLimit.EarliestStart], Make.Infeasible(Job with { Limits = widest with { EarliestStart = int.MaxValue } }).Binding);
        Assert.Equal([PlanLimit.Slack], Make.Infeasible(Job with { Slack = 0, Limits = widest with { MaxMeanCarbon = 100 } }).Binding.Take(1));
        Assert.Equal("blackouts", Make.Refusal(Job with { Limits = new PlanLimits { Blackouts = [.. Enumerable.Repeat(new StepRange(0, 1), 1_001)] } }).Field);
        Assert.Equal("power", Make.Refusal(Job with { Power = PowerProfile.Flat(2, long.MaxValue, TimeSpan.FromHours(1)) }).Field);
    }

    [Fact]
    public void APriceThatIsNotNeededMayBeShort()
    {
        var zone = Job.Zones[0] with { Price = Make.Price(80, 20) };

        Assert.Null(Make.Best(Job with { Arrival = 3, Zones = [zone] }).PriceGbp);
        Assert.Equal(PlanRefusal.SeriesTooShort, Make.Refusal(Job with { Arrival = 3, Zones = [zone], Objective = new PlanObjective.Price() }).Reason);
    }

    [Fact]
    public void ASeriesThatEndsIsToldApartFromADeadline()
    {
        Assert.Equal(PlanRefusal.SeriesTooShort, Make.Refusal(Job with { Arrival = 5 }).Reason);
        Assert.Equal(PlanRefusal.SeriesTooShort, Make.Refusal(Job with { Arrival = 5, Limits = new PlanLimits { Deadline = 6 } }).Reason);
        Assert.Equal([PlanLimit.Deadline], Make.Infeasible(Job with { Arrival = 4, Limits = new PlanLimits { Deadline = 5 } }).Binding);
    }

    private static bool Keeps(PlanRequest job, int[] steps, long[] carbon, long[] price)
    {
        var limits = job.Limits;
        return (limits.CarbonCap is not { } cap || steps.All(step => carbon[step] <= cap * 100))
            && (limits.MaxMeanCarbon is not { } mean || steps.Sum(step => carbon[step]) <= mean * 100 * steps.Length)
            && (limits.MaxTotalCarbon is not { } total || steps.Sum(step => carbon[step]) * 1.15m <= total * 100)
            && (limits.MaxPrice is not { } most || steps.Sum(step => price[step]) * 1.15m <= most * 100_000_000);
    }

    private static long Cost(PlanObjective objective, int[] steps, long[] carbon, long[] price) => objective switch
    {
        PlanObjective.Carbon => steps.Sum(step => carbon[step]),
        PlanObjective.Price => steps.Sum(step => price[step]),
        _ => steps.Sum(step => (price[step] * 100) + (carbon[step] * 20_000)),
    };
}
