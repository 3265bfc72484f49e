using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Testing;

namespace Pylon.Ingestion.Tests.Grid;

public sealed class SeriesTests
{
    [Theory]
    [InlineData("2026-03-29", "2026-03-29T00:00:00Z", 46)]
    [InlineData("2025-10-26", "2025-10-25T23:00:00Z", 50)]
    [InlineData("2026-03-04", "2026-03-04T00:00:00Z", 48)]
    public async Task DayInLondonHasItsSettlementPeriodsFromItsOwnMidnight(string date, string midnight, int periods)
    {
        await using var service = await IngestionService.StartAsync();
        await service.Database.ExecuteAsync(
            $"""
            INSERT INTO ingestion.carbon_intensity_regional (region_id, window_start, window_end, actual_gco2_kwh, index, source, captured_at)
            SELECT 18, t, t + interval '30 minutes', 100, 'low', 'import:test', '2025-01-01Z'
            FROM generate_series('{midnight}'::timestamptz - interval '1 hour', '{midnight}'::timestamptz + interval '26 hours', interval '30 minutes') t
            """);

        var points = await AllAsync(service, new ListSignalsRequest { RegionId = 18, StartTime = At(midnight), EndTime = At(midnight, hours: 26), PageSize = 20 });

        var day = points.Where(p => p.SettlementDate == date).ToList();
        Assert.Equal(Enumerable.Range(1, periods), day.Select(p => p.SettlementPeriod));
        Assert.Equal(At(midnight), day[0].Window.StartTime);
        Assert.Equal(At(midnight, hours: periods / 2.0), day[^1].Window.EndTime);
    }

    [Fact]
    public async Task LatestAndAsKnownAtAnEarlierTimeAreBothRight()
    {
        await using var service = await IngestionService.StartAsync();
        await service.Database.ExecuteAsync(
            """
            INSERT INTO ingestion.carbon_intensity_regional (region_id, window_start, window_end, forecast_gco2_kwh, index, source, captured_at) VALUES
                (5, '2026-03-04T12:00Z', '2026-03-04T12:30Z', 120, 'low', 'carbon-intensity', '2026-03-04T06:00Z'),
                (5, '2026-03-04T12:00Z', '2026-03-04T12:30Z', 90, 'low', 'carbon-intensity', '2026-03-04T10:00Z')
            """);

        async Task<GridPoint> AtNoonAsync(Timestamp? known) => (await service.Grid.GetForecastAsync(new GetForecastRequest { RegionId = 5, AsKnownAt = known }))
            .Points.Single(p => p.Window.StartTime == At("2026-03-04T12:00:00Z"));

        Assert.Equal(90, (await AtNoonAsync(null)).Value);
        Assert.Equal(120, (await AtNoonAsync(At("2026-03-04T09:59:00Z"))).Value);
        Assert.False((await AtNoonAsync(null)).Synthetic);
    }

    [Fact]
    public async Task ForecastOfTwoDaysIsCompleteAndMarksSyntheticValues()
    {
        await using var service = await IngestionService.StartAsync();

        var intensity = (await service.Grid.GetForecastAsync(new GetForecastRequest())).Points;
        var demand = (await service.Grid.GetForecastAsync(new GetForecastRequest { Series = GridSeries.Demand, Hours = 3 })).Points;

        Assert.Equal(96, intensity.Count);
        Assert.Equal(6, demand.Count);
        Assert.All(intensity.Concat(demand), p => Assert.True(p.Synthetic && !p.Actual));
        Assert.All(demand, p => Assert.InRange(p.Value, 15_000, 50_000));
    }

    [Fact]
    public async Task ImportedImbalanceVolumeIsListedAndARevisionOverwritesIt()
    {
        await using var service = await IngestionService.StartAsync();

        var first = await ImportAsync(service, "settlement_date,settlement_period,actual\n2026-03-04,19,-312.50004\n2026-03-04,20,41.25\n2026-03-04,21,1000001\n");
        var revised = await ImportAsync(service, "from,actual\n2026-03-04T09:30Z,40\n");
        var points = (await service.Grid.ListSignalsAsync(new ListSignalsRequest { Series = GridSeries.ImbalanceVolume })).Points;

        Assert.Equal((2, "actual 1000001 is not from -1000000 to 1000000"), (first.RowsNew, Assert.Single(first.Rejected).Reason));
        Assert.Equal(1, revised.RowsChanged);
        Assert.Equal([(19, -312.5, true), (20, 40, true)], points.Select(p => (p.SettlementPeriod, p.Value, p.Actual)));
        Assert.All(points, p => Assert.Equal(("import:volumes", false), (p.Source, p.Synthetic)));

        static async Task<ImportSeriesResponse> ImportAsync(IngestionService service, string file)
        {
            using var call = service.Runs.ImportSeries();
            await call.RequestStream.WriteAsync(new ImportSeriesRequest { Name = "volumes", Series = ImportedSeries.ImbalanceVolume, Data = ByteString.CopyFromUtf8(file) });
            await call.RequestStream.CompleteAsync();
            return await call;
        }
    }

    private static readonly (ListSignalsRequest Request, string Field)[] Refused =
    [
        (new ListSignalsRequest { StartTime = At("2026-03-04T00:00:00Z"), EndTime = At("2026-03-04T00:00:00Z") }, "end_time"),
        (new ListSignalsRequest { StartTime = At("2024-03-04T00:00:00Z"), EndTime = At("2026-03-04T00:00:00Z") }, "end_time"),
        (new ListSignalsRequest { StartTime = new Timestamp { Seconds = long.MaxValue } }, "start_time"),
        (new ListSignalsRequest { RegionId = 19 }, "region_id"),
        (new ListSignalsRequest { RegionId = 3, Series = GridSeries.Demand }, "region_id"),
        (new ListSignalsRequest { Series = (GridSeries)99 }, "series"),
        (new ListSignalsRequest { PageSize = 501 }, "page_size"),
        (new ListSignalsRequest { PageToken = "nonsense" }, "page_token"),
    ];

    [Fact]
    public async Task InvalidRequestIsRefusedByItsField()
    {
        await using var service = await IngestionService.StartAsync();

        foreach (var (request, field) in Refused)
        {
            var error = await Assert.ThrowsAsync<RpcException>(async () => await service.Grid.ListSignalsAsync(request));
            Assert.Equal((StatusCode.InvalidArgument, field), (error.StatusCode, error.Status.Detail.Split(' ')[0]));
        }

        var volume = await Assert.ThrowsAsync<RpcException>(async () => await service.Grid.GetForecastAsync(new GetForecastRequest { Series = GridSeries.ImbalanceVolume }));
        Assert.StartsWith("series ", volume.Status.Detail);
    }

    [Fact]
    public async Task RegionsAreListedAtSeveralHalfHoursAsEachSeriesHasThem()
    {
        await using var service = await IngestionService.StartAsync();
        await service.Database.ExecuteAsync(
            """
            INSERT INTO ingestion.carbon_intensity_regional (region_id, window_start, window_end, forecast_gco2_kwh, actual_gco2_kwh, index, source, captured_at) VALUES
                (5, '2026-03-04T12:00Z', '2026-03-04T12:30Z', 120, NULL, 'low', 'carbon-intensity', '2026-03-04T06:00Z'),
                (5, '2026-03-04T12:00Z', '2026-03-04T12:30Z', 90, NULL, 'low', 'carbon-intensity', '2026-03-04T10:00Z'),
                (5, '2026-03-04T18:00Z', '2026-03-04T18:30Z', 80, NULL, 'low', 'carbon-intensity', '2026-03-04T10:00Z'),
                (5, '2026-03-04T15:00Z', '2026-03-04T15:30Z', 70, NULL, 'low', 'carbon-intensity', '2026-03-04T10:00Z'),
                (18, '2026-03-04T12:00Z', '2026-03-04T12:30Z', NULL, 200, 'high', 'import:test', '2026-03-04T10:00Z')
            """);

        var regions = (await service.Grid.ListRegionalSignalsAsync(new ListRegionalSignalsRequest { Time = At("2026-03-04T12:10:00Z"), Hours = { 0, 6 }, RegionId = { 18, 5 } })).Regions;

        Assert.Equal([5, 18], regions.Select(region => region.RegionId));
        Assert.Equal([90, 80], regions[0].Points.Select(point => point.Value));
        Assert.Equal((200, true), (regions[1].Points[0].Value, regions[1].Points[0].Actual));
        var now = (await service.Grid.ListRegionalSignalsAsync(new ListRegionalSignalsRequest())).Regions;
        Assert.Equal(Enumerable.Range(1, 17), now.Select(region => region.RegionId).Where(id => id < 18));
        Assert.All(now, region => Assert.Single(region.Points));
        foreach (var (request, field) in ((ListRegionalSignalsRequest, string)[])[
            (new() { RegionId = { 19 } }, "region_id[0]"), (new() { Hours = { 0, 169 } }, "hours[1]"), (new() { Hours = { 1, 2, 3, 4, 5, 6, 7, 8, 9 } }, "hours"),
            (new() { Time = new Timestamp { Seconds = long.MaxValue } }, "time")])
        {
            var error = await Assert.ThrowsAsync<RpcException>(async () => await service.Grid.ListRegionalSignalsAsync(request));
            Assert.Equal((StatusCode.InvalidArgument, field), (error.StatusCode, error.Status.Detail.Split(' ')[0]));
        }
    }

    private static async Task<List<GridPoint>> AllAsync(IngestionService service, ListSignalsRequest request)
    {
        var points = new List<GridPoint>();
        do
        {
            var page = await service.Grid.ListSignalsAsync(request);
            Assert.InRange(page.Points.Count, 0, request.PageSize);
            points.AddRange(page.Points);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        return points;
    }

    private static Timestamp At(string time, double hours = 0) => Timestamp.FromDateTimeOffset(DateTimeOffset.Parse(time).AddHours(hours));
}
