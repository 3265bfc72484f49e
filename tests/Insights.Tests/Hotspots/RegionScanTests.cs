using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Insights.V1;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Hotspots;

public sealed class RegionScanTests
{
    // The deadlines of calls are of the test's clock, so it is ahead of any real one.
    private static readonly DateTimeOffset Now = new(2080, 2, 5, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task ADirtyGridIsOneHotspotOfTheRegionAndItsEntitiesAreLinked()
    {
        await using var grid = await FixedGrid.StartAsync();
        grid[Now.AddHours(-2)] = 300;
        grid[Now.AddHours(-1)] = 310;
        await using var stack = await StartAsync(grid);
        var client = new HotspotService.HotspotServiceClient(stack.Channel);
        await SomeEntity.CreateAsync(stack.Database, "PLANT-1", region: 13);
        await SomeEntity.CreateAsync(stack.Database, "PLANT-2", region: 13);
        await SomeEntity.CreateAsync(stack.Database, "PLANT-3", region: 5);
        await SomeEntity.CreateAsync(stack.Database, "VAN-1", kind: "delivery", type: "supplier", region: 13);

        var scan = await client.ScanHotspotsAsync(new ScanHotspotsRequest());

        var found = Assert.Single(scan.Hotspots);
        Assert.Equal(("13", "region", "grid", "grid", "critical", 0.0), (found.Entity, found.EntityType, found.Kind, found.Cause, found.Severity, found.ImpactKg));
        Assert.Equal(0.31, found.PredictedCo2, 9);
        var hotspot = (await client.GetHotspotAsync(new GetHotspotRequest { Id = found.Id })).Hotspot;
        Assert.Equal(["PLANT-1", "PLANT-2"], hotspot.LinkedEntities.Select(linked => linked.Entity));
        Assert.Equal(0, (await client.ScanHotspotsAsync(new ScanHotspotsRequest())).HotspotsFound);
    }

    [Fact]
    public async Task WhatTheGridExplainsIsNotMultiplied()
    {
        await using var grid = await FixedGrid.StartAsync();
        grid[Now.AddHours(-2)] = 300;
        grid[Now.AddHours(-1)] = 310;
        await using var stack = await StartAsync(grid);
        var client = new HotspotService.HotspotServiceClient(stack.Channel);
        var entity = await SomeEntity.CreateAsync(stack.Database, "PLANT-1", region: 13);
        await entity.SetNormalAsync(Now.AddHours(-2));
        // Of what is above normal the factor is the larger part.
        await entity.SetAsync(Now.AddHours(-2), 3 * SomeEntity.Factor, [130, 140]);

        var found = Assert.Single((await client.ScanHotspotsAsync(new ScanHotspotsRequest())).Hotspots);

        Assert.Equal(("13", "grid"), (found.Entity, found.Cause));
        Assert.Equal(1L, await stack.Database.Database.ScalarAsync<long>("SELECT count(*) FROM insights.hotspots"));
        Assert.Equal("PLANT-1", Assert.Single((await client.GetHotspotAsync(new GetHotspotRequest { Id = found.Id })).Hotspot.LinkedEntities).Entity);
    }

    [Fact]
    public async Task AVeryCleanRegionNeedsThirtyGramsAndMoreWhereThatIsSet()
    {
        await using var grid = await FixedGrid.StartAsync(20);
        grid[Now.AddHours(-2)] = 55;
        grid[Now.AddHours(-1)] = 55;
        await using (var stack = await StartAsync(grid))
            Assert.Equal("warn", Assert.Single((await new HotspotService.HotspotServiceClient(stack.Channel).ScanHotspotsAsync(new ScanHotspotsRequest())).Hotspots).Severity);

        await using (var stack = await StartAsync(grid, "--Hotspots:RegionFloors:13=60"))
            Assert.Empty((await new HotspotService.HotspotServiceClient(stack.Channel).ScanHotspotsAsync(new ScanHotspotsRequest())).Hotspots);
    }

    [Theory]
    [InlineData(1, 60, true)]
    [InlineData(17, 1000, true)]
    [InlineData(18, 60, false)]
    [InlineData(0, 60, false)]
    [InlineData(13, -1, false)]
    public void AFloorIsOnlyForARegionThatIsJudged(int region, double floor, bool taken)
    {
        var options = new Insights.Hotspots.HotspotOptions { RegionFloors = { [region] = floor } };

        Assert.Equal(taken, !options.Validate(new ValidationContext(options)).Any());
    }

    [Fact]
    public async Task AWorseActualThanThePublishedForecastIsAHotspotOfThePrediction()
    {
        // 120 is within the band of the week, and above the forecast by (120 - 60) / max(15, 30) = 2.
        await using var grid = await FixedGrid.StartAsync();
        grid.Forecast = 60;
        grid[Now.AddHours(-2)] = 120;
        grid[Now.AddHours(-1)] = 120;
        await using var stack = await StartAsync(grid);

        var hotspot = Assert.Single((await new HotspotService.HotspotServiceClient(stack.Channel).ScanHotspotsAsync(new ScanHotspotsRequest())).Hotspots);

        Assert.Equal(("prediction", 2.0, 0.06), (hotspot.Basis, Math.Round(hotspot.Score, 9), Math.Round(hotspot.BaselineCo2, 9)));
    }

    [Fact]
    public async Task SyntheticValuesAreNotJudged()
    {
        await using var grid = await FixedGrid.StartAsync();
        grid.IsSynthetic = true;
        grid[Now.AddHours(-2)] = 300;
        grid[Now.AddHours(-1)] = 310;
        await using var stack = await StartAsync(grid);

        Assert.Empty((await new HotspotService.HotspotServiceClient(stack.Channel).ScanHotspotsAsync(new ScanHotspotsRequest())).Hotspots);
    }

    [Fact]
    public async Task WithoutIngestionTheEntitiesAreScanned()
    {
        await using var stack = await InsightsStack.StartAsync(builder => builder.Services.AddSingleton<TimeProvider>(new FakeTime(Now)));
        var entity = await SomeEntity.CreateAsync(stack.Database);
        await entity.SetNormalAsync(Now.AddHours(-2));
        await entity.SetAsync(Now.AddHours(-2), 130, 140);

        Assert.Equal(1, (await new HotspotService.HotspotServiceClient(stack.Channel).ScanHotspotsAsync(new ScanHotspotsRequest())).HotspotsFound);
    }

    private static Task<InsightsStack> StartAsync(FixedGrid grid, params string[] settings) => InsightsStack.StartAsync(
        builder => builder.Services.AddSingleton<TimeProvider>(new FakeTime(Now)), [$"--PYLON_INGESTION={grid.Address}", .. settings]);
}
