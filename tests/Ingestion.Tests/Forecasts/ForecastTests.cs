using Grpc.Core;
using Pylon.Ingestion.V1;
using static Pylon.Ingestion.Tests.Forecasts.PastGrid;

namespace Pylon.Ingestion.Tests.Forecasts;

/// <summary>The clock stands at 2026-03-04 10:17.</summary>
public sealed class ForecastTests
{
    private const string Now = "2026-03-04T10:00:00Z";
    private const string Long = "2025-12-10T00:00:00Z";

    [Theory]
    [InlineData(48)]
    [InlineData(24)]
    public async Task WeekIsPublishedThenBlendedThenTheModels(int published)
    {
        await using var service = await IngestionService.StartAsync();
        await ActualsAsync(service.Database, Long, Now);
        await PublishedAsync(service.Database, Now, published, "2026-03-04T10:02:00Z", wrongBy: 20);
        var (blend, model) = ((published - 6) * 2, (published + 6) * 2);

        var answer = await service.Grid.GetForecastAsync(new GetForecastRequest { Hours = 168 });

        Assert.Equal((336, 0, 0), (answer.Points.Count, answer.HalfHoursMissing, answer.HistoryHoursMissing));
        Assert.Equal(77 * 24, answer.HistoryHours);
        for (var n = 0; n < answer.Points.Count; n++)
        {
            var point = answer.Points[n];
            var expected = n < blend ? ("carbon-intensity", "") : n < model ? ("blend:carbon-intensity", "ridge-direct") : ("model", "ridge-direct");
            Assert.Equal(expected, (point.Source, point.Model));
            Assert.Equal((At(Now, n / 2.0), At("2026-03-04T10:17:00Z")), (point.Window.StartTime, point.AsKnownAt));
            Assert.False(point.Actual || point.Synthetic);
            Assert.NotEmpty(point.CarbonIndex);
            if (n >= blend)
                Assert.True(point.Band95.Lower <= point.Band80.Lower && point.Band80.Lower <= point.Value && point.Value <= point.Band80.Upper && point.Band80.Upper <= point.Band95.Upper);
        }

        Assert.All(answer.Points.Zip(answer.Points.Skip(1)), pair => Assert.InRange(Math.Abs(pair.Second.Value - pair.First.Value), 0, 20));
    }

    [Fact]
    public async Task PublishedForecastThatIsOlderThanTwoHoursGivesWayToTheModelUnlessItsSourceWasReadSince()
    {
        await using var service = await IngestionService.StartAsync();
        await ActualsAsync(service.Database, Long, Now);
        await PublishedAsync(service.Database, Now, 48, "2026-03-04T08:16:00Z", wrongBy: 20);

        var stale = await service.Grid.GetForecastAsync(new GetForecastRequest());
        await service.Database.ExecuteAsync(
            """
            INSERT INTO ingestion.pipeline_runs (id, trigger, status, started_at, finished_at)
            VALUES ('6f6f3a1e-0000-4000-8000-000000000001', 'schedule', 'succeeded', '2026-03-04T09:00Z', '2026-03-04T09:01Z');
            INSERT INTO ingestion.pipeline_run_sources (run_id, source, status, started_at, finished_at)
            VALUES ('6f6f3a1e-0000-4000-8000-000000000001', 'carbon-intensity', 'succeeded', '2026-03-04T09:00Z', '2026-03-04T09:01Z')
            """);
        var read = await service.Grid.GetForecastAsync(new GetForecastRequest());

        Assert.Equal(96, stale.Points.Count);
        Assert.All(stale.Points, point => Assert.Equal("model", point.Source));
        Assert.Equal("carbon-intensity", read.Points[0].Source);
    }

    [Fact]
    public async Task StalePublishedForecastStaysWhereTheHistoryIsTooShortForAModel()
    {
        await using var service = await IngestionService.StartAsync();
        await PublishedAsync(service.Database, Now, 48, "2026-03-04T06:00:00Z", wrongBy: 0);

        var answer = await service.Grid.GetForecastAsync(new GetForecastRequest { Hours = 168 });

        Assert.Equal(240, answer.HalfHoursMissing);
        Assert.All(answer.Points.Take(96), point => Assert.Equal(("carbon-intensity", ""), (point.Source, point.Model)));
    }

    [Theory]
    [InlineData("2026-03-03T09:00:00Z", "last-day")]
    [InlineData("2026-02-20T00:00:00Z", "level")]
    [InlineData("2026-01-20T00:00:00Z", "ridge-direct")]
    public async Task ModelFollowsFromTheLengthOfTheHistory(string from, string model)
    {
        await using var service = await IngestionService.StartAsync();
        await ActualsAsync(service.Database, from, Now);

        var answer = await service.Grid.GetForecastAsync(new GetForecastRequest { Hours = 168 });

        Assert.Equal(336, answer.Points.Count);
        Assert.All(answer.Points, point => Assert.Equal(("model", model), (point.Source, point.Model)));
    }

    [Fact]
    public async Task NothingThatBecameKnownLaterIsUsed()
    {
        await using var service = await IngestionService.StartAsync();
        await ActualsAsync(service.Database, Long, "2026-03-02T10:00:00Z");
        var request = new GetForecastRequest { Hours = 168, AsKnownAt = At("2026-03-02T10:20:00Z"), StartTime = At("2026-03-02T10:00:00Z") };
        var before = await service.Grid.GetForecastAsync(request);

        // Two more days, and other values from the day before on, known since this morning.
        await ActualsAsync(service.Database, "2026-03-02T10:00:00Z", Now);
        await service.Database.ExecuteAsync(
            """
            UPDATE ingestion.carbon_intensity_national SET actual_gco2_kwh = 999, captured_at = '2026-03-04T10:00Z'
            WHERE window_start >= '2026-03-01T00:00Z' AND actual_gco2_kwh IS NOT NULL
            """);
        request.AsKnownAt.Nanos = 1000;
        var after = await service.Grid.GetForecastAsync(request);
        var now = await service.Grid.GetForecastAsync(new GetForecastRequest { Hours = 1 });

        Assert.Equal(336, before.Points.Count);
        Assert.NotEqual(before.HistoryHoursMissing, after.HistoryHoursMissing);
        Assert.All(after.Points, point => Assert.InRange(point.Value, 50, 320));
        Assert.True(now.Points[0].Value > 320);
    }

    [Fact]
    public async Task ModelIsMadeAnewWhenAnHourCameAndOnlyThen()
    {
        await using var service = await IngestionService.StartAsync();
        await ActualsAsync(service.Database, Long, "2026-03-04T09:00:00Z");
        var first = await service.Grid.GetForecastAsync(new GetForecastRequest());

        await service.Database.ExecuteAsync("UPDATE ingestion.carbon_intensity_national SET actual_gco2_kwh = 400 WHERE window_start >= '2026-03-04T06:00Z' AND actual_gco2_kwh IS NOT NULL");
        var kept = await service.Grid.GetForecastAsync(new GetForecastRequest());
        await ActualsAsync(service.Database, "2026-03-04T09:00:00Z", Now);
        var made = await service.Grid.GetForecastAsync(new GetForecastRequest());

        Assert.Equal(1, first.HistoryHoursMissing);
        Assert.Equal(first.Points.Select(p => p.Value), kept.Points.Select(p => p.Value));
        Assert.NotEqual(first.Points[0].Value, made.Points[0].Value);
        Assert.Equal(0, made.HistoryHoursMissing);
    }

    [Fact]
    public async Task RegionAndPriceAndDemandHaveAForecastOfTheirOwn()
    {
        await using var service = await IngestionService.StartAsync();
        await RegionalAsync(service.Database, 3, Long, "2026-03-04T10:00:00Z");
        await PricesAsync(service.Database, Long, "2026-03-04T10:00:00Z");
        await DemandAsync(service.Database, Long, "2026-03-04T10:00:00Z");

        var region = await service.Grid.GetForecastAsync(new GetForecastRequest { RegionId = 3, Hours = 168 });
        var price = await service.Grid.GetForecastAsync(new GetForecastRequest { Series = GridSeries.SystemPrice, Hours = 168 });
        var demand = await service.Grid.GetForecastAsync(new GetForecastRequest { Series = GridSeries.Demand, Hours = 168 });
        var other = await service.Grid.GetForecastAsync(new GetForecastRequest { RegionId = 4, Hours = 168 });

        Assert.All(region.Points, point => Assert.Equal("ridge-direct", point.Model));
        Assert.All(demand.Points, point => Assert.Equal(("ridge", ""), (point.Model, point.CarbonIndex)));
        Assert.Equal([.. Enumerable.Repeat("ridge", 96), .. Enumerable.Repeat("level", 240)], price.Points.Select(point => point.Model));
        Assert.Contains(price.Points, point => point.Value < 0 && point.Band80.Lower < point.Value);
        Assert.Equal((336, 336, 336), (region.Points.Count, price.Points.Count, demand.Points.Count));
        Assert.All(other.Points, point => Assert.True(point.Synthetic));
        Assert.Equal(336, other.HalfHoursMissing);
    }

    [Fact]
    public async Task ModelReachesAWeekAndTheRestIsMissing()
    {
        await using var service = await IngestionService.StartAsync();
        await ActualsAsync(service.Database, Long, Now);

        var long336 = await service.Grid.GetForecastAsync(new GetForecastRequest { Hours = 336 });
        var later = await service.Grid.GetForecastAsync(new GetForecastRequest { Hours = 24, StartTime = At(Now, hours: 160) });
        var past = await service.Grid.GetForecastAsync(new GetForecastRequest { Hours = 2, StartTime = At(Now, hours: -2) });

        Assert.Equal((336, 336), (long336.Points.Count, long336.HalfHoursMissing));
        Assert.Equal((16, 32), (later.Points.Count, later.HalfHoursMissing));
        Assert.Equal(long336.Points.Skip(320).Select(p => p.Value), later.Points.Select(p => p.Value));
        Assert.Equal((0, 4), (past.Points.Count, past.HalfHoursMissing));
    }

    [Fact]
    public async Task InvalidRequestIsRefusedByItsField()
    {
        await using var service = await IngestionService.StartAsync();

        Assert.StartsWith("series ", await RefusedAsync(new GetForecastRequest { Series = GridSeries.ImbalanceVolume }));
        Assert.StartsWith("region_id ", await RefusedAsync(new GetForecastRequest { RegionId = 19 }));
        Assert.StartsWith("region_id ", await RefusedAsync(new GetForecastRequest { RegionId = 1, Series = GridSeries.SystemPrice }));
        Assert.StartsWith("hours ", await RefusedAsync(new GetForecastRequest { Hours = 337 }));

        async Task<string> RefusedAsync(GetForecastRequest request)
        {
            var error = await Assert.ThrowsAsync<RpcException>(async () => await service.Grid.GetForecastAsync(request));
            Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
            return error.Status.Detail;
        }
    }
}
