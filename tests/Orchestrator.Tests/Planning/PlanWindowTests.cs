using Grpc.Core;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using static Pylon.Orchestrator.Tests.Planning.Requests;

namespace Pylon.Orchestrator.Tests.Planning;

/// <summary>Known answers through gRPC.</summary>
[Collection(PlanningStackGroup.Name)]
public sealed class PlanWindowTests(PlanningStack stack)
{
    [Theory]
    [InlineData(0, 6, 24, 6, 453.65, 547.78, 17.1839)]
    [InlineData(1000, 12, 48, 1010, 1327.21, 2262.10, 41.3284)]
    [InlineData(4380, 24, 168, 4469, 4441.99, 5830.63, 23.8163)]
    [InlineData(8700, 6, 24, 8700, 422.57, 422.57, 0)]
    [InlineData(8754, 6, 24, 8754, 728.55, 728.55, 0)]
    [InlineData(8759, 1, 0, 8759, 93.74, 93.74, 0)]
    public async Task ConsecutiveStepsOfTheYearAreAsKnown(int arrival, int duration, int slack, int start, double sum, double now, double saving)
    {
        if (ReferenceYear.Carbon is not { } year)
            return;

        var plan = (await stack.Planning.PlanWindowAsync(Window(Job(arrival, duration, slack), Place(year)))).Plan;

        Assert.Equal((start, sum, now, saving), (plan.StartStep, plan.Carbon.Sum, plan.Carbon.NowSum, Math.Round(plan.SavingPercent, 4)));
        Assert.Equal(Enumerable.Range(start, duration), plan.Steps());
        Assert.Equal((start == arrival, start + duration), (plan.StartsNow, plan.EndStep));
        Assert.Equal((sum / duration, saving), (plan.Carbon.Mean, Math.Round(plan.Carbon.SavingPercent, 4)));
        // Cut at the end of the year, and told.
        Assert.Equal(arrival + duration + slack > year.Length, plan.CutAtSeriesEnd);
    }

    [Theory]
    [InlineData(0, 6, 24, 450.87, 17.6914, new[] { 7, 8, 9, 10, 11, 24 })]
    [InlineData(1000, 12, 48, 1186.04, 47.5691, new[] { 1009, 1010, 1011, 1012, 1013, 1014, 1021, 1030, 1031, 1032, 1033, 1034 })]
    [InlineData(4380, 24, 168, 4150.26, 28.8197, null)]
    [InlineData(8700, 6, 24, 373.68, 11.5697, new[] { 8700, 8701, 8702, 8703, 8724, 8726 })]
    public async Task InterruptibleStepsOfTheYearAreAsKnown(int arrival, int duration, int slack, double sum, double saving, int[]? steps)
    {
        if (ReferenceYear.Carbon is not { } year)
            return;

        var plan = (await stack.Planning.PlanWindowAsync(Window(Job(arrival, duration, slack, interruptible: true), Place(year)))).Plan;

        Assert.Equal((sum, saving), (plan.Carbon.Sum, Math.Round(plan.SavingPercent, 4)));
        Assert.Equal(sum, Math.Round(plan.Steps().Sum(step => year[step]), 2));
        if (steps is not null)
            Assert.Equal(steps, plan.Steps());
    }

    [Theory]
    [InlineData(false, 1010, 1327.21)]
    [InlineData(true, 1009, 1186.04)]
    public async Task EarliestStartAndDeadlineBoundTheWindow(bool interruptible, int start, double sum)
    {
        if (ReferenceYear.Carbon is not { } year)
            return;
        var job = Job(1000, 12, interruptible: interruptible);
        job.Limits = new PlanLimits { EarliestStep = 1006, DeadlineStep = 1040 };

        var plan = (await stack.Planning.PlanWindowAsync(Window(job, Place(year)))).Plan;

        Assert.Equal((start, sum, 1006, 1040), (plan.StartStep, plan.Carbon.Sum, plan.WindowFirstStep, plan.WindowEndStep));
    }

    [Fact]
    public async Task PowerOfEachStepDecides()
    {
        if (ReferenceYear.Carbon is not { } year)
            return;
        var job = Job(300, 6, 24);
        job.PowerKw.Add([10, 10, 4, 4, 4, 20]);
        var flat = Job(300, 6, 24);
        flat.PowerKw.Add(1);

        var plan = (await stack.Planning.PlanWindowAsync(Window(job, Place(year)))).Plan;

        Assert.Equal((310, 15217.48, 16109.84), (plan.StartStep, Math.Round(plan.Energy.EmissionsGco2, 2), Math.Round(plan.Energy.NowEmissionsGco2, 2)));
        Assert.Equal((52, false), (plan.Energy.EnergyKwh, plan.Energy.Assumed));
        Assert.Equal(309, (await stack.Planning.PlanWindowAsync(Window(flat, Place(year)))).Plan.StartStep);
    }

    [Theory]
    [InlineData(1, 1186.04)]
    [InlineData(4, 1191.79)]
    [InlineData(6, 1191.79)]
    [InlineData(12, 1327.21)]
    public async Task PiecesHaveTheirFewestSteps(int least, double sum)
    {
        if (ReferenceYear.Carbon is not { } year)
            return;
        var job = Job(1000, 12, 48, interruptible: true);
        job.MinPieceSteps = least;

        var plan = (await stack.Planning.PlanWindowAsync(Window(job, Place(year)))).Plan;

        Assert.Equal(sum, plan.Carbon.Sum);
        Assert.All(plan.Pieces, piece => Assert.True(piece.Steps >= least));
    }

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(0.25, 1, 1.45)]
    [InlineData(0.5, 1, 1.9)]
    [InlineData(0.75, 2, 1.783333)]
    [InlineData(1, 2, 1.6)]
    public async Task WeightDecidesBetweenCarbonAndPrice(double weight, int start, double cost)
    {
        var job = Job(0, 2);
        job.Objective = new PlanObjective { Kind = PlanObjectiveKind.Weighted, CarbonWeight = weight };

        var plan = (await stack.Planning.PlanWindowAsync(Window(job, Place([100, 200, 150, 50], [80, 20, 40, 100])))).Plan;

        Assert.Equal((start, cost), (plan.StartStep, Math.Round(plan.Cost, 6)));
    }

    [Theory]
    [InlineData(0, 1, 0.6)]
    [InlineData(50, 1, 0.775)]
    [InlineData(200, 1, 1.3)]
    [InlineData(1000, 2, 3.4)]
    public async Task PriceOfCarbonDecidesInMoney(double price, int start, double cost)
    {
        var job = Job(0, 2);
        job.PowerKw.Add(10);
        job.Objective = new PlanObjective { Kind = PlanObjectiveKind.Money, CarbonPriceGbpTonne = price };

        var plan = (await stack.Planning.PlanWindowAsync(Window(job, Place([100, 200, 150, 50], [80, 20, 40, 100])))).Plan;

        Assert.Equal((start, cost), (plan.StartStep, Math.Round(plan.Cost, 6)));
    }

    [Fact]
    public async Task EnergyOfGpuMinutesIsMarkedAsAssumed()
    {
        var job = Job(0, 2);
        job.GpuMins = 1200;

        var plan = (await stack.Planning.PlanWindowAsync(Window(job, Place([45, 45, 45], [42.5, 42.5, 42.5], pue: 1.15)))).Plan;

        Assert.Equal((16.1, true), (Math.Round(plan.Energy.EnergyKwh, 9), plan.Energy.Assumed));
        Assert.Equal((724.5, 0.68425), (Math.Round(plan.Energy.EmissionsGco2, 6), Math.Round(plan.Energy.CostGbp, 9)));
        Assert.Equal("1200 GPU minutes × 0.7 kW × PUE 1.15", plan.Energy.Basis);
        // Money is the default where there are prices: 50 GBP a tonne.
        Assert.Equal((PlanObjectiveKind.Money, 0.720475), (plan.Objective, Math.Round(plan.Cost, 9)));
    }

    [Fact]
    public async Task BestZoneHasItsRunnersUpAndATieGoesToTheSmallerName()
    {
        double[] low = [100, 50, 50, 100], high = [90, 70, 70, 90];
        var response = await stack.Planning.PlanWindowAsync(Window(
            Job(0, 2), Place(low, zone: "c", pue: 1.2), Place(low, zone: "b", pue: 1.2), Place(high, zone: "a", pue: 1.1)));

        Assert.Equal("b", response.Plan.Zone);
        Assert.Equal(["c", "a"], response.RunnersUp.Select(plan => plan.Zone));
        Assert.Equal([120, 120, 154], new[] { response.Plan }.Concat(response.RunnersUp).Select(plan => Math.Round(plan.Cost, 6)));
        Assert.Equal(["c", "b", "a"], response.Data.Select(data => data.Zone));
        Assert.Equal((PlanValueKind.Inline, 1.0), (response.Data[0].Carbon.Sources[0].Kind, response.Data[0].Carbon.Sources[0].Share));
    }

    [Fact]
    public async Task YearOfHoursInOneRequestIsWithinTheLimits()
    {
        var plan = (await stack.Planning.PlanWindowAsync(Window(Job(0, 24), Place(MadeUp(8760))))).Plan;

        Assert.Equal((0, 8760), (plan.WindowFirstStep, plan.WindowEndStep));
    }

    [Fact]
    public async Task TimesAreStepsOfTheSeries()
    {
        var place = Place(MadeUp(48));
        place.Carbon.Inline.StartTime = At("2026-01-01T00:00:00Z");
        var job = new PlanJob { ArrivalTime = At("2026-01-01T01:30:00Z"), Duration = new() { Seconds = 7200 }, Slack = new() { Seconds = 36000 } };
        job.Limits = new PlanLimits { Deadline = At("2026-01-01T10:59:00Z") };
        job.Limits.Blackouts.Add(new PlanBlackout { Window = new Common.V1.Window { StartTime = At("2026-01-01T02:10:00Z"), EndTime = At("2026-01-01T03:10:00Z") } });

        var response = await stack.Planning.PlanWindowAsync(Window(job, place));

        Assert.Equal((2, 10), (response.Plan.WindowFirstStep, response.Plan.WindowEndStep));
        Assert.True(response.Plan.StartStep >= 4);
        Assert.Equal(At($"2026-01-01T{response.Plan.StartStep:00}:00:00Z"), response.Plan.Window.StartTime);
        Assert.Equal(At("2026-01-01T00:00:00Z"), response.StartTime);
        Assert.Equal(MadeUp(48)[2..10], response.Curve);
    }

    [Fact]
    public async Task FinerValuesAreAveraged()
    {
        var place = Place([10, 20, 4, 8, 50, 60, 7]);
        place.Carbon.Inline.Step = new() { Seconds = 1800 };
        var request = Window(Job(0, 1), place);
        request.Step = new() { Seconds = 3600 };

        var response = await stack.Planning.PlanWindowAsync(request);

        Assert.Equal((1, 6, 2), (response.Plan.StartStep, response.Plan.Carbon.Sum, response.Data[0].Carbon.ValuesPerStep));
        Assert.Equal([15, 6, 55], response.Curve);
    }

    [Fact]
    public async Task RiskPlansWithUpperValues()
    {
        var place = Place([10, 12]);
        place.Carbon.Inline.Upper.Add([30, 13]);
        var request = Window(Job(0, 1), place);

        Assert.Equal(0, (await stack.Planning.PlanWindowAsync(request)).Plan.StartStep);
        request.Risk = 0.5;
        var careful = (await stack.Planning.PlanWindowAsync(request)).Plan;
        place.Carbon.Inline.Upper.Clear();
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await stack.Planning.PlanWindowAsync(request));

        Assert.Equal((1, 12.5, 20), (careful.StartStep, careful.Carbon.Sum, careful.Carbon.NowSum));
        Assert.Equal("BANDS_MISSING", refused.Reason());
    }

    [Fact]
    public async Task SmallSavingIsNotWaitedFor()
    {
        var job = Job(0, 1);
        job.Limits = new PlanLimits { MinSavingPercent = 10 };

        Assert.Equal(0, (await stack.Planning.PlanWindowAsync(Window(job, Place([100, 91])))).Plan.StartStep);
        Assert.Equal(1, (await stack.Planning.PlanWindowAsync(Window(job, Place([100, 90])))).Plan.StartStep);
    }

    [Theory]
    [InlineData(Urgency.Critical, 0)]
    [InlineData(Urgency.High, 0)]
    [InlineData(Urgency.Medium, 2)]
    [InlineData(Urgency.Low, 6)]
    public async Task UrgencyBoundsTheDelay(Urgency urgency, int start)
    {
        var job = Job(0, 1);
        job.Limits = new PlanLimits { Urgency = urgency };

        Assert.Equal(start, (await stack.Planning.PlanWindowAsync(Window(job, Place(Enumerable.Range(0, 20).Select(n => 100.0 - n))))).Plan.StartStep);
    }
}
