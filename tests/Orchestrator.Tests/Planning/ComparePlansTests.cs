using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Tests.Running;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using static Pylon.Orchestrator.Tests.Planning.Requests;

namespace Pylon.Orchestrator.Tests.Planning;

/// <summary>One job in several ways.</summary>
[Collection(PlanningStackGroup.Name)]
public sealed class ComparePlansTests(PlanningStack stack)
{
    [Fact]
    public async Task PoliciesOfOnePlaceAreSideBySide()
    {
        double[] carbon = [90, 80, 20, 90, 10, 90, 30, 40], price = [10, 90, 90, 90, 90, 90, 90, 5];
        var rows = (await stack.Planning.ComparePlansAsync(new ComparePlansRequest { Places = { Place(carbon, price) }, Job = Job(0, 4) })).Rows;

        Assert.Equal(
            [PlanPolicy.StartNow, PlanPolicy.Consecutive, PlanPolicy.Interruptible, PlanPolicy.Pieces, PlanPolicy.CarbonOnly, PlanPolicy.PriceOnly, PlanPolicy.Weighted],
            rows.Select(row => row.Policy));
        Assert.All(rows, row => Assert.Equal(("", ComparedPlan.OutcomeOneofCase.Plan), (row.Zone, row.OutcomeCase)));
        Assert.Equal((0, 280.0, true), (rows[0].Plan.StartStep, rows[0].Plan.Carbon.Sum, rows[0].Plan.StartsNow));
        Assert.True(rows[2].Plan.Cost <= rows[3].Plan.Cost && rows[3].Plan.Cost <= rows[1].Plan.Cost && rows[1].Plan.Cost <= rows[0].Plan.Cost);
        Assert.All(rows[3].Plan.Pieces, piece => Assert.True(piece.Steps >= 2));
        Assert.Equal((4, 170.0, 275.0), (rows[4].Plan.StartStep, rows[4].Plan.Carbon.Sum, rows[5].Plan.Price.Sum));
        Assert.Equal(0.5, rows[6].CarbonWeight);
    }

    [Fact]
    public async Task ThePriceThatEndsFirstEndsEveryPlan()
    {
        var now = TimeProvider.System.GetUtcNow();
        await using var own = await OrchestratorStack.StartAsync();
        own.Ingestion.SeriesStart = new DateTimeOffset(now.Date, TimeSpan.Zero);
        // The later, the cleaner.
        own.Ingestion.Series[(GridSeries.CarbonIntensity, 0)] = [.. Enumerable.Range(0, 500).Select(n => 1000.0 - n)];
        own.Ingestion.Series[(GridSeries.SystemPrice, 0)] = [.. Enumerable.Repeat(50.0, 500)];
        var place = new PlanPlace { Carbon = new() { Forecast = new() { Hours = 168 } }, Price = new() { Forecast = new() { Hours = 24 } } };
        var job = new PlanJob { Duration = new() { Seconds = 3600 } };

        var rows = (await own.Planning.ComparePlansAsync(new ComparePlansRequest { Places = { place }, Job = job })).Rows;

        Assert.Equal(7, rows.Count);
        Assert.All(rows.Skip(1), row => Assert.Equal((48, true), (row.Plan.WindowEndStep, row.Plan.CutAtSeriesEnd)));
        var clean = rows.Single(row => row.Policy == PlanPolicy.CarbonOnly).Plan;
        Assert.Equal((46, 100.0), (clean.StartStep, clean.Price.Sum));
    }

    [Fact]
    public async Task PlansBetweenPriceAndCarbonAreInOrder()
    {
        double[] carbon = [100, 200, 150, 50], price = [80, 20, 40, 100];

        var response = await stack.Planning.ComparePlansAsync(new ComparePlansRequest { Places = { Place(carbon, price) }, Job = Job(0, 2), Pareto = true });

        var front = response.Rows.Where(row => row.Policy == PlanPolicy.Pareto).ToList();
        Assert.Equal([1, 2], front.Select(row => row.Plan.StartStep));
        Assert.Equal((0.0, 1.0, false), (front[0].CarbonWeight, front[1].CarbonWeightTo, response.ParetoIncomplete));
        // Both cost the same at w·350/125 + (1 - w)·60/60 = w·200/125 + (1 - w)·140/60.
        Assert.Equal(80.0 / 60 / ((80.0 / 60) + (150.0 / 125)), front[1].CarbonWeight, 4);
    }

    [Fact]
    public async Task EachPlaceHasItsRowAndOneThatCannotSaysWhy()
    {
        var job = Job(0, 2);
        job.Limits = new PlanLimits { CarbonCapGco2Kwh = 50 };

        var request = new ComparePlansRequest { Places = { Place([40, 40, 30], zone: "low"), Place([60, 60, 60], zone: "high") }, Job = job };
        var response = await stack.Planning.ComparePlansAsync(request);
        request.OverAllOnly = true;
        var overAll = await stack.Planning.ComparePlansAsync(request);

        Assert.Equal(response.Rows.Where(row => row.Zone.Length == 0), overAll.Rows);
        Assert.Equal(5 * 3, response.Rows.Count);
        Assert.Equal(["", "low", "high"], response.Rows.Take(3).Select(row => row.Zone));
        var consecutive = response.Rows.Where(row => row.Policy == PlanPolicy.Consecutive).ToList();
        Assert.Equal(("low", "low", "NO_FEASIBLE_WINDOW"), (consecutive[0].Plan.Zone, consecutive[1].Plan.Zone, consecutive[2].Error.Reason));
    }

    [Fact]
    public async Task SweepWithoutPricesIsRefused()
    {
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await stack.Planning.ComparePlansAsync(new ComparePlansRequest { Places = { Place([1, 2]) }, Job = Job(0, 1), Pareto = true }));

        Assert.Equal("pareto", error.Violations()[0].Field);
    }
}
