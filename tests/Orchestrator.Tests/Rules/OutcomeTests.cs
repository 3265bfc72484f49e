using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Orchestrator.Outcomes;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Tests.Rules;

/// <summary>What a run took, emitted and cost, against starting at once.</summary>
public sealed class OutcomeTests
{
    private static readonly DateTimeOffset Ten = new(2026, 3, 4, 10, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Eight = Ten.AddHours(-2);

    [Fact]
    public void EnergyIsSpreadEvenlyOverTheHalfHoursThatItTouches()
    {
        var parts = new Work("train", Ten.AddMinutes(10), Ten.AddMinutes(80), 7).ByHalfHour().ToList();
        Assert.Equal([(10, 30, 2.0), (30, 60, 3.0), (60, 80, 2.0)], parts.Select(p => ((p.Start - Ten).TotalMinutes, (p.End - Ten).TotalMinutes, Math.Round(p.Kwh, 9))));
        Assert.Equal(new Work("x", Ten, Ten, 5), Assert.Single(new Work("x", Ten, Ten, 5).ByHalfHour()));
        Assert.Single(new Work("x", Ten, Ten.AddMinutes(30), 5).ByHalfHour());
    }

    [Fact]
    public void TheOutcomeIsTheSumOfItsHalfHoursAgainstTheSameWorkAtTheSubmission()
    {
        var run = RunOf(Phase("train", 2, Ten, 60));
        var (outcome, rows, provisional) = Compute(run, Series(Ten, 100, 200), Series(Eight, 400, 200), Series(Ten, 50, 100), Series(Eight, 200, 300));

        // 1 kWh in each half hour.
        Assert.Equal((2, 300, 0.15, EnergyBasis.Reported, CostBasis.Wholesale), (outcome.EnergyKwh, outcome.CarbonGco2, Math.Round(outcome.CostGbp, 9), outcome.EnergyBasis, outcome.CostBasis));
        Assert.Equal((600, 0.5), (outcome.Baseline.CarbonGco2, Math.Round(outcome.Baseline.CostGbp, 9)));
        Assert.Equal((Eight, Eight.AddHours(1)), (outcome.Baseline.StartTime.ToDateTimeOffset(), outcome.Baseline.EndTime.ToDateTimeOffset()));
        Assert.Equal((300, 0.35, 50, 70), (outcome.SavedGco2, Math.Round(outcome.SavedGbp, 9), outcome.SavedCarbonPercent, Math.Round(outcome.SavedCostPercent, 9)));
        Assert.Empty(outcome.Estimated);
        Assert.False(provisional);
        Assert.Equal([("S:1000", "S:1000", false), ("S:1030", "S:1030", false)], rows.Select(r => (r.CarbonId, r.PriceId, r.Estimated)));
    }

    [Fact]
    public void WhatWasWorseIsToldAsItIs()
    {
        var (outcome, _, _) = Compute(RunOf(Phase("train", 2, Ten, 60)), Series(Ten, 300, 300), Series(Eight, 100, 100), Series(Ten, 90, 90), Series(Eight, 30, 30));
        Assert.Equal((-400, -200), (outcome.SavedGco2, outcome.SavedCarbonPercent));
        Assert.Equal((-0.12, -200), (Math.Round(outcome.SavedGbp, 9), Math.Round(outcome.SavedCostPercent, 9)));
    }

    [Fact]
    public void ANegativePriceHasASavingAndNoPercentage()
    {
        var (outcome, _, _) = Compute(RunOf(Phase("train", 2, Ten, 60)), Series(Ten, 1, 1), Series(Eight, 0, 0), Series(Ten, 10, 10), Series(Eight, -30, -30));
        Assert.Equal(-0.08, Math.Round(outcome.SavedGbp, 9));
        Assert.False(outcome.HasSavedCostPercent);
        Assert.False(outcome.HasSavedCarbonPercent);
    }

    [Fact]
    public void ABookedOfferIsPaidAtItsPrice()
    {
        var run = RunOf(Phase("train", 2, Ten, 60));
        var work = WorkOfRun.Of(run, 1);
        var (outcome, rows, _) = OutcomeRules.Compute(run, work, new Conditions(Series(Ten, 100, 100), Series(Eight, 1, 1), Series(Eight, 50, 50), null, 0.1), Ten);
        Assert.Equal((0.2, CostBasis.BookedOffer, -0.1), (outcome.CostGbp, outcome.CostBasis, Math.Round(outcome.SavedGbp, 9)));
        Assert.All(rows, r => Assert.Null(r.PriceId));
    }

    [Fact]
    public void AForecastIsEstimatedAndMayBeMeasuredLater()
    {
        var (outcome, rows, provisional) = Compute(
            RunOf(Phase("train", 2, Ten, 60)), Series(Ten, estimated: true, 100, 200), Series(Eight, 400, 200), Series(Ten, 50, 100), Series(Eight, 200, 300));
        Assert.Equal(["the carbon intensity or price is a forecast, synthetic or that of the offer for 2 of 2 half hours"], outcome.Estimated);
        Assert.True(provisional);
        Assert.All(rows, r => Assert.True(r.Estimated));
    }

    [Fact]
    public void WhatIsMissingIsNotCounted()
    {
        var (outcome, _, provisional) = Compute(RunOf(Phase("train", 2, Ten, 60)), Series(Ten, 100), Series(Eight, 400, 200), Series(Ten, 50, 100), SignalSeries.Empty);
        Assert.False(outcome.HasCarbonGco2 || outcome.HasSavedGco2 || outcome.Baseline.HasCostGbp || outcome.HasSavedGbp);
        Assert.Equal((600, 0.15), (outcome.Baseline.CarbonGco2, Math.Round(outcome.CostGbp, 9)));
        Assert.True(provisional);
        Assert.Equal(
            ["the carbon intensity is not known for 1 of 2 half hours", "the price of the baseline is not known for 2 of 2 half hours"], outcome.Estimated);
    }

    [Fact]
    public void APhaseWithoutEnergyGetsAShareOfWhatWasAssumed()
    {
        var silent = new PhaseRun { Phase = "prepare", State = PhaseRunState.Completed, StartedAt = At(Ten), EndedAt = At(Ten.AddMinutes(30)), Completed = 4 };
        var skipped = new PhaseRun { Phase = "old", State = PhaseRunState.Skipped };
        var work = WorkOfRun.Of(RunOf(skipped, silent, Phase("train", 2, Ten, 60)), 1);
        Assert.Equal([("prepare", 8.0), ("train", 2.0)], work.Parts.Select(p => (p.Phase, p.Kwh)));
        Assert.Equal(EnergyBasis.GpuMinutes, work.Basis);
        Assert.Equal(
            ["the energy of prepare was not reported: a share of the 16 kWh assumed for the job", "the time of phase prepare is that of its reports"], work.Estimated);
        Assert.Equal("the energy of phase train is that of 1 of 2 parts", Assert.Single(WorkOfRun.Of(RunOf(Phase("train", 2, Ten, 60, reports: 1)), 1).Estimated));
    }

    [Fact]
    public void OfARunThatFailedOnlyWhatWasReportedCounts()
    {
        var silent = new PhaseRun { Phase = "evaluate", State = PhaseRunState.Failed, StartedAt = At(Ten), EndedAt = At(Ten.AddMinutes(30)) };
        var work = WorkOfRun.Of(RunOf(Phase("train", 2, Ten, 60), silent) with { State = "failed" }, 1);
        Assert.Equal("train", Assert.Single(work.Parts).Phase);
        Assert.Equal(EnergyBasis.Reported, work.Basis);
        Assert.Empty(WorkOfRun.Of(RunOf(silent) with { State = "failed" }, 1).Parts);
    }

    [Theory]
    [InlineData(13, 5, 13, BaselinePlace.Host)]
    [InlineData(null, 5, 5, BaselinePlace.Operator)]
    [InlineData(null, null, null, BaselinePlace.National)]
    public void HomeIsTheDataCentreElseTheOperatorElseGreatBritain(int? host, int? owner, int? region, BaselinePlace place) =>
        Assert.Equal((region, place), (RunOf() with { HostRegionId = (short?)host, OperatorRegionId = (short?)owner }).Home);

    private static (Outcome Outcome, IReadOnlyList<Consumption> Rows, bool IsProvisional) Compute(
        EndedRun run, SignalSeries carbon, SignalSeries home, SignalSeries price, SignalSeries homePrice) =>
        OutcomeRules.Compute(run, WorkOfRun.Of(run, 1), new Conditions(carbon, home, SignalSeries.Of(price, homePrice), null, null), Ten);

    private static SignalSeries Series(DateTimeOffset from, params double[] values) => Series(from, false, values);

    private static SignalSeries Series(DateTimeOffset from, bool estimated, params double[] values) => new(values
        .Select((value, n) => (At: from.AddMinutes(30 * n), value))
        .ToDictionary(v => v.At, v => new Signal($"S:{v.At:HHmm}", v.value, estimated)));

    private static PhaseRun Phase(string name, double kwh, DateTimeOffset start, int minutes, int reports = 2) => new()
    {
        Phase = name,
        State = PhaseRunState.Completed,
        Completed = 2,
        EnergyKwh = kwh,
        EnergyReports = reports,
        WorkStartedAt = At(start),
        WorkEndedAt = At(start.AddMinutes(minutes)),
    };

    private static EndedRun RunOf(params PhaseRun[] phases) => new()
    {
        WorkloadId = Guid.Empty,
        State = "completed",
        Progress = JsonFormatter.Default.Format(new Run { Phases = { phases } }),
        EndedAt = Ten.AddHours(2),
        OutcomeDueAt = Ten,
        SubmittedAt = Eight,
        Source = "user",
        Recommendation = JsonFormatter.Default.Format(new Recommendation { EnergyKwh = 16, EnergyBasis = EnergyBasis.GpuMinutes }),
        IsBooked = false,
    };

    private static Timestamp At(DateTimeOffset time) => time.ToTimestamp();
}
