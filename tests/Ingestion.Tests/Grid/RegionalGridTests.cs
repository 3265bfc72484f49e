using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Grid;

public sealed class RegionalGridTests
{
    [Fact]
    public async Task EveryRegionIsAnsweredLabelledSynthetic()
    {
        await using var service = await IngestionService.StartAsync();

        var regions = (await service.Grid.ListRegionalGridAsync(new ListRegionalGridRequest())).Regions;

        Assert.Equal(Enumerable.Range(1, 17), regions.Select(r => r.RegionId));
        Assert.All(regions, r => Assert.True(r.Synthetic && r.Source == "synthetic"));
        Assert.All(regions, r => Assert.Equal(100, r.GenerationMix.Sum(f => f.Percent), 6));
        Assert.All(regions, r => Assert.Equal(r.GenerationMix.Where(f => f.Fuel is "biomass" or "hydro" or "solar" or "wind").Sum(f => f.Percent), r.RenewableMixPercent, 6));
        Assert.All(regions, r => Assert.Equal(r.RegionId <= 14 ? $"GB-R{r.RegionId:00}" : null, r.GridZone?.GridZoneCode));
        Assert.All(regions, r => Assert.Equal("2026-03-04T10:00:00Z", r.Window.StartTime.ToDateTimeOffset().ToString("yyyy-MM-ddTHH:mm:ssZ")));
    }

    [Fact]
    public async Task NextHalfHourIsAnsweredWhenItComes()
    {
        await using var service = await IngestionService.StartAsync();

        service.Time.Advance(TimeSpan.FromMinutes(13));
        var region = Assert.Single((await service.Grid.ListRegionalGridAsync(new ListRegionalGridRequest { RegionId = { 5 } })).Regions);

        Assert.Equal(30, region.Window.StartTime.ToDateTimeOffset().Minute);
    }

    [Fact]
    public async Task WorkerFillsOnForDays()
    {
        await using var service = await IngestionService.StartAsync();
        for (var i = 0; i < 60; i++)
        {
            await service.Time.TimersWaiting();
            service.Time.Advance(TimeSpan.FromMinutes(30));
        }

        await Eventually.True(async () =>
            (await service.Http.GetAsync("/health")).IsSuccessStatusCode &&
            (await service.Grid.ListRegionalGridAsync(new ListRegionalGridRequest())).Regions.Count == 17);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(18)]
    public async Task UnknownRegionIsRefusedByName(int id)
    {
        await using var service = await IngestionService.StartAsync();

        var error = await Assert.ThrowsAsync<RpcException>(async () => await service.Grid.ListRegionalGridAsync(new ListRegionalGridRequest { RegionId = { 1, id } }));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.Contains("region_id[1]", error.Status.Detail);
    }
}
