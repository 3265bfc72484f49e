using Pylon.Insights.Baselines;
using Pylon.Insights.Entities;
using Pylon.Insights.Episodes;

namespace Pylon.Insights.Tests.Hotspots;

public sealed class JudgeTests
{
    private static readonly DateTimeOffset Hour = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);
    private static readonly Baseline Normal = new(100, 2, 100, 8) { Factor = 0.2 };

    [Fact]
    public void TheCauseIsTheLargerShareOfTheLogarithm()
    {
        var split = CauseSplit.Of(120, 100, 0.30, 0.20);

        Assert.Equal(31.02, 100 * split.ActivityShare, 2);
        Assert.Equal(68.98, 100 * split.FactorShare, 2);
        Assert.Equal(Cause.Grid, CauseSplit.CauseOf(new ActivityHour(Hour, 120, 36), Normal, EmissionKind.Factory, TestedBy.Baseline));
        Assert.Equal(Cause.Factor, CauseSplit.CauseOf(new ActivityHour(Hour, 120, 36), Normal, EmissionKind.Delivery, TestedBy.Baseline));
        Assert.Equal(Cause.Activity, CauseSplit.CauseOf(new ActivityHour(Hour, 120, 24), Normal, EmissionKind.Factory, TestedBy.Baseline));
    }

    [Fact]
    public void MoreForEachUnitOfOutputIsEfficiency()
    {
        var known = Normal with { Output = 50 };

        Assert.Equal(Cause.Efficiency, CauseSplit.CauseOf(new ActivityHour(Hour, 150, 30) { Output = 52 }, known, EmissionKind.Factory, TestedBy.Baseline));
        Assert.Equal(Cause.Activity, CauseSplit.CauseOf(new ActivityHour(Hour, 150, 30) { Output = 74 }, known, EmissionKind.Factory, TestedBy.Baseline));
    }

    [Theory]
    [InlineData(0, 30)]
    [InlineData(120, 0)]
    [InlineData(120, -1)]
    [InlineData(double.NaN, 30)]
    public void AnImpossibleValueIsOfTheData(double activity, double kg) =>
        Assert.Equal(Cause.Data, CauseSplit.CauseOf(new ActivityHour(Hour, activity, kg), Normal, EmissionKind.Factory, TestedBy.Baseline));

    [Theory]
    [InlineData("Band", 125, 1.0)]
    [InlineData("Excess", 180, 0.8)]
    [InlineData("Ratio", 150, 1.5)]
    public void TheBasisDecidesTheScore(string basis, double activity, double score) =>
        Assert.Equal(score, (Judge.Default with { Basis = Enum.Parse<HotspotBasis>(basis) }).Score(activity, Normal), 12);

    [Fact]
    public void AReportAboveThePredictionIsAbnormalToo()
    {
        // (50 - 20) / max(0.25 * 20, 4) = 6; the activity is normal.
        var row = new ActivityHour(Hour, 100, 50) { ReportedKg = 50, PredictedKg = 20, UncertaintyKg = 4 };

        var judged = Judge.Default.Of(row, Normal, EmissionKind.Factory);

        Assert.Equal((Level.Critical, TestedBy.Prediction, Cause.Factor), (judged.Level, judged.Basis, judged.Cause));
        Assert.Equal(6, judged.Score, 12);
        Assert.Equal(20, judged.ExpectedKg, 12);
        Assert.Equal(150, judged.PercentAbove, 9);
    }

    [Fact]
    public void TheWorseOfTheTwoTestsDecides()
    {
        // 130: 1.2 of the band; (30 - 26) / max(6.5, 5) = 0.615...
        var normalReport = new ActivityHour(Hour, 130, 30) { ReportedKg = 30, PredictedKg = 26, UncertaintyKg = 5 };
        var badReport = normalReport with { ReportedKg = 40, Kg = 40 };

        var one = Judge.Default.Of(normalReport, Normal, EmissionKind.Factory);
        var both = Judge.Default.Of(badReport, Normal, EmissionKind.Factory);

        Assert.Equal((Level.Warn, TestedBy.Baseline), (one.Level, one.Basis));
        Assert.Equal((Level.Critical, TestedBy.Both), (both.Level, both.Basis));
        Assert.Equal(14 / 6.5, both.Score, 12);
    }

    [Fact]
    public void ADirtierGridAloneIsNoHotspotOfTheEntity()
    {
        var judged = Judge.Default.Of(new ActivityHour(Hour, 100, 100), Normal, EmissionKind.Factory);

        Assert.Equal((true, Level.Normal), (judged.Counts, judged.Level));
        Assert.Equal(0, judged.PercentAbove, 9);
    }

    [Fact]
    public void LittleConfidenceInactiveHoursAndDropOutsMoveNothing()
    {
        Assert.False(Judge.Default.Of(new ActivityHour(Hour, 500, 100), Normal with { Samples = 2 }, EmissionKind.Factory).Counts);
        Assert.False(Judge.Default.Of(new ActivityHour(Hour, 500, 100), known: null, EmissionKind.Factory).Counts);
        Assert.False(Judge.Default.Of(new ActivityHour(Hour, 4.9, 1), new Baseline(0, 0, 100, 8), EmissionKind.Delivery).Counts);
        Assert.False(Judge.Default.Of(new ActivityHour(Hour, 0, 0), Normal, EmissionKind.Factory).Counts);
        Assert.True(Judge.Default.Of(new ActivityHour(Hour, 5.1, 1), new Baseline(0, 0, 100, 8), EmissionKind.Delivery).Counts);
    }
}
