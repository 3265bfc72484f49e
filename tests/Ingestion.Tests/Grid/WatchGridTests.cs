using Pylon.Ingestion.V1;

namespace Pylon.Ingestion.Tests.Grid;

public sealed class WatchGridTests
{
    [Fact]
    public async Task WatcherGetsEverythingOnceAndThenWhatChanges()
    {
        await using var service = await IngestionService.StartAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var call = service.Grid.WatchGrid(new WatchGridRequest { RegionId = { 5, 6 } }, cancellationToken: limit.Token);

        Assert.True(await call.ResponseStream.MoveNext(limit.Token));
        var first = call.ResponseStream.Current;
        await service.Database.ExecuteAsync(
            """
            INSERT INTO ingestion.carbon_intensity_regional (region_id, window_start, window_end, forecast_gco2_kwh, index, source, captured_at) VALUES
                (6, '2026-03-04T10:00Z', '2026-03-04T10:30Z', 42, 'low', 'carbon-intensity', '2026-03-04T10:00Z')
            """);
        Assert.True(await call.ResponseStream.MoveNext(limit.Token));
        var second = call.ResponseStream.Current;

        Assert.Equal([5, 6], first.Regions.Select(r => r.RegionId));
        var changed = Assert.Single(second.Regions);
        Assert.Equal((6, 42, "carbon-intensity", false), (changed.RegionId, changed.CarbonIntensityGco2Kwh, changed.Source, changed.Synthetic));
    }

    [Fact]
    public async Task NextHalfHourIsToldWhenItComes()
    {
        await using var service = await IngestionService.StartAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var call = service.Grid.WatchGrid(new WatchGridRequest { RegionId = { 5 } }, cancellationToken: limit.Token);

        Assert.True(await call.ResponseStream.MoveNext(limit.Token));
        service.Time.Advance(TimeSpan.FromMinutes(13));
        Assert.True(await call.ResponseStream.MoveNext(limit.Token));

        Assert.Equal(30, Assert.Single(call.ResponseStream.Current.Regions).Window.StartTime.ToDateTimeOffset().Minute);
    }
}
