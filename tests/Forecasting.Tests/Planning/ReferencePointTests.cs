using Pylon.Forecasting.Planning;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Tests.Planning;

/// <summary>Known answers over a real year; they pass where the year is not there.</summary>
public class ReferencePointTests
{
    [Theory]
    [InlineData(0, 6, 24, 6, 453.65, 547.78, 17.1839)]
    [InlineData(1000, 12, 48, 1010, 1327.21, 2262.10, 41.3284)]
    [InlineData(4380, 24, 168, 4469, 4441.99, 5830.63, 23.8163)]
    [InlineData(8700, 6, 24, 8700, 422.57, 422.57, 0)]
    [InlineData(8754, 6, 24, 8754, 728.55, 728.55, 0)]
    [InlineData(8759, 1, 0, 8759, 93.74, 93.74, 0)]
    public void ConsecutiveStepsAreAsKnown(int arrival, int duration, int slack, int start, double grams, double now, double saving)
    {
        if (ReferenceYear.Carbon is not { } year)
            return;

        var plan = Make.Best(Make.Job(year, arrival, duration, slack));

        Assert.True(year.TryConsecutive(new WindowQuery(arrival, duration, slack), out var answer, out _));
        Assert.Equal((start, Hundredths(grams), Hundredths(now)), (answer.First, answer.Sum, answer.NowSum));
        Assert.Equal(saving, Math.Round(answer.SavingPercent, 4));
        Assert.Equal((start, start + duration), (plan.First, plan.End));
        Assert.Equal((Hundredths(grams), Hundredths(now)), (Hundredths(plan.Cost), Hundredths(plan.NowCost)));
        Assert.Equal((saving, saving == 0), (Math.Round(plan.SavingPercent, 4), plan.IsNow));
        Assert.Equal(0, plan.GapPercent);
    }

    [Theory]
    [InlineData(0, 6, 24, 450.87, 17.6914, new[] { 7, 8, 9, 10, 11, 24 })]
    [InlineData(1000, 12, 48, 1186.04, 47.5691, new[] { 1009, 1010, 1011, 1012, 1013, 1014, 1021, 1030, 1031, 1032, 1033, 1034 })]
    [InlineData(4380, 24, 168, 4150.26, 28.8197, null)]
    [InlineData(8700, 6, 24, 373.68, 11.5697, new[] { 8700, 8701, 8702, 8703, 8724, 8726 })]
    public void InterruptibleStepsAreAsKnown(int arrival, int duration, int slack, double grams, double saving, int[]? steps)
    {
        if (ReferenceYear.Carbon is not { } year)
            return;
        var query = new WindowQuery(arrival, duration, slack);

        var plan = Make.Best(Make.Job(year, arrival, duration, slack, PlanShape.Interruptible));

        Assert.True(year.TryInterruptible(query, out var answer, out _));
        Assert.Equal((Hundredths(grams), saving), (answer.Sum, Math.Round(answer.SavingPercent, 4)));
        Assert.Equal((Hundredths(grams), saving), (Hundredths(plan.Cost), Math.Round(plan.SavingPercent, 4)));
        Assert.Equal(year.ListSmallest(query), plan.Steps);
        if (steps is not null)
            Assert.Equal(steps, plan.Steps);
    }

    [Fact]
    public void TooFewStepsAreRefused()
    {
        if (ReferenceYear.Carbon is not { } year)
            return;

        Assert.Equal(PlanRefusal.SeriesTooShort, Make.Refusal(Make.Job(year, 8755, 6, null)).Reason);
    }

    [Theory]
    [InlineData(PlanShape.Consecutive, 1327.21, 1010)]
    [InlineData(PlanShape.Interruptible, 1186.04, 1009)]
    public void EarliestStartAndDeadlineAreKept(PlanShape shape, double grams, int first)
    {
        if (ReferenceYear.Carbon is not { } year)
            return;

        var plan = Make.Best(Make.Job(year, 1000, 12, null, shape) with { Limits = new PlanLimits { EarliestStart = 1006, Deadline = 1040 } });

        Assert.Equal((Hundredths(grams), first), (Hundredths(plan.Cost), plan.First));
    }

    [Fact]
    public void APowerProfileMovesTheStart()
    {
        if (ReferenceYear.Carbon is not { } year)
            return;
        var flat = Make.Job(year, 300, 6, 24);
        var profile = flat with { Power = PowerProfile.PerStep([10_000, 10_000, 4_000, 4_000, 4_000, 20_000], year.Step) };

        var plan = Make.Best(profile);
        var where = Make.Best(flat).First;
        var there = Make.Best(profile with { Limits = new PlanLimits { EarliestStart = where, Deadline = where + 6 } });

        Assert.Equal((310, 1_521_748, 1_610_984), (plan.First, Hundredths(plan.CarbonGrams), Hundredths(plan.NowCarbonGrams)));
        Assert.Equal((309, 1_525_300), (where, Hundredths(there.CarbonGrams)));
    }

    [Theory]
    [InlineData(1, 1186.04)]
    [InlineData(4, 1191.79)]
    [InlineData(6, 1191.79)]
    [InlineData(12, 1327.21)]
    public void PiecesCostAsKnown(int minPiece, double grams)
    {
        if (ReferenceYear.Carbon is not { } year)
            return;

        var plan = Make.Best(Make.Job(year, 1000, 12, 48, PlanShape.Interruptible) with { MinPiece = minPiece });

        Assert.Equal(Hundredths(grams), Hundredths(plan.Cost));
        Assert.All(plan.Runs, run => Assert.True(run.Count >= minPiece));
    }

    private static long Hundredths(double value) => (long)Math.Round(value * 100);
}
