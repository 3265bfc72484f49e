using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pylon.Ingestion.Forecasts;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.V1;
using Pylon.Testing;
using static Pylon.Ingestion.Tests.Forecasts.PastGrid;

namespace Pylon.Ingestion.Tests.Forecasts;

/// <summary>The clock starts at 2026-03-04 10:17.</summary>
public sealed class MeasuredAccuracyTests
{
    private const string Sums = "SELECT string_agg(a::text, ';' ORDER BY day, from_hour, model) FROM ingestion.forecast_accuracy a";

    [Fact]
    public async Task PublishedForecastAsItWasKnownIsHeldAgainstWhatCame()
    {
        await using var service = await IngestionService.StartAsync();
        // What is read at 06:00 is wrong by 12, and corrected an hour later.
        await PublishedAsync(service.Database, "2026-03-04T00:00:00Z", 56, "2026-03-04T05:50:00Z", wrongBy: 12);
        await PublishedAsync(service.Database, "2026-03-04T07:00:00Z", 48, "2026-03-04T07:00:00Z", wrongBy: 0);
        await ActualsAsync(service.Database, "2026-02-10T00:00:00Z", "2026-03-04T11:00:00Z");

        await NextHourAsync(service);

        var published = (await AccuracyAsync(service)).Where(one => one.Model == "published").ToList();
        // From 06:00 to 10:00: the last half hour before 11:00 is not known yet.
        var first = Assert.Single(published);
        Assert.Equal((1, 6, 4), (first.FromHour, first.ToHour, first.Pairs));
        Assert.Equal(12, first.MeanAbsoluteError, 0.1);
        Assert.Equal(12, first.MeanError, 0.1);
        Assert.InRange(first.NaiveMeanAbsoluteError, 1, 100);
        Assert.False(first.HasCoverage80Percent);
    }

    [Fact]
    public async Task ModelsOfTheLastDayAreMeasuredWithTheirBands()
    {
        await using var service = await IngestionService.StartAsync();
        await ActualsAsync(service.Database, "2025-12-10T00:00:00Z", "2026-03-04T11:00:00Z");

        await NextHourAsync(service);

        var accuracy = await AccuracyAsync(service);
        // Origins at 12:00 and 18:00 of the day before, 00:00 and 06:00: 22, 16, 10 and 4 hours to 10:00.
        Assert.Equal([(1, 22), (7, 16), (13, 10), (19, 4)], accuracy.Select(one => (one.FromHour, (int)one.Pairs)));
        Assert.All(accuracy, one => Assert.Equal("ridge-direct", one.Model));
        Assert.True(accuracy[0].MeanAbsoluteError < accuracy[0].NaiveMeanAbsoluteError);
        Assert.All(accuracy, one => Assert.InRange(one.MeanAbsoluteError, Math.Abs(one.MeanError), 30));
        Assert.All(accuracy, one => Assert.InRange(one.Coverage95Percent, one.Coverage80Percent, 100));
    }

    [Fact]
    public async Task MeasuringAgainChangesNothing()
    {
        await using var service = await IngestionService.StartAsync();
        await ActualsAsync(service.Database, "2025-12-10T00:00:00Z", "2026-03-04T11:00:00Z");
        await NextHourAsync(service);
        var before = await service.Database.ScalarAsync<string>(Sums);

        await service.Database.ExecuteAsync("DELETE FROM ingestion.forecast_measurements");
        await MeasureAsync(service);

        Assert.Equal(before, await service.Database.ScalarAsync<string>(Sums));
        Assert.Equal(4, await service.Database.ScalarAsync<long>("SELECT count(*) FROM ingestion.issued_forecasts"));
    }

    [Fact]
    public async Task OneOfManyMeasuresAnHour()
    {
        await using var service = await IngestionService.StartAsync();
        var store = service.Services.GetRequiredService<AccuracyStore>();
        var target = new ForecastTarget(SeriesDefinition.Demand, null);
        var hour = new DateTimeOffset(2026, 3, 4, 10, 0, 0, TimeSpan.Zero);

        var stored = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => store.StoreAsync(target, hour, [Sum(n)], default)));
        var earlier = await store.StoreAsync(target, hour.AddHours(-1), [Sum(9)], default);
        var later = await store.StoreAsync(target, hour.AddHours(1), [Sum(10)], default);

        Assert.Equal((1, false, true), (stored.Count(one => one), earlier, later));
        Assert.Equal(10, await service.Database.ScalarAsync<double>("SELECT absolute_error FROM ingestion.forecast_accuracy"));

        static AccuracySums Sum(int error)
        {
            var sum = new AccuracySums(new DateOnly(2026, 3, 4), 1, "ridge");
            sum.Add(100 + error, 100, null, null);
            return sum;
        }
    }

    [Fact]
    public async Task BandsOfThePublishedForecastComeFromItsErrors()
    {
        await using var service = await IngestionService.StartAsync();
        await ActualsAsync(service.Database, "2026-02-10T00:00:00Z", "2026-03-04T10:00:00Z");
        await PublishedAsync(service.Database, "2026-03-04T10:00:00Z", 48, "2026-03-04T10:02:00Z", wrongBy: 0);
        // 25 origins that were 0 to 24 above what came.
        await service.Database.ExecuteAsync(
            """
            INSERT INTO ingestion.issued_forecasts (series, region_id, origin, model, hourly_values, half_width_80, half_width_95)
            SELECT 'carbon-intensity', 0, o, 'published',
                   ARRAY(SELECT avg(actual_gco2_kwh) + n FROM ingestion.carbon_intensity_national c
                         WHERE actual_gco2_kwh IS NOT NULL AND window_start >= o AND window_start < o + interval '6 hours'
                         GROUP BY date_trunc('hour', window_start, 'UTC') ORDER BY date_trunc('hour', window_start, 'UTC')),
                   array_fill(NULL::real, ARRAY[6]), array_fill(NULL::real, ARRAY[6])
            FROM generate_series(0, 24) n CROSS JOIN LATERAL (SELECT timestamptz '2026-03-04T00:00Z' - n * interval '6 hours') AS origin (o)
            """);

        var points = (await service.Grid.GetForecastAsync(new GetForecastRequest { Hours = 7 })).Points;

        // ⌈0.8·26⌉ = 21 and ⌈0.95·26⌉ = 25 of the 25 errors 0 to 24.
        Assert.All(points.Take(12), point => Assert.Equal((20, 24), (Math.Round(point.Band80.Upper - point.Value, 1), Math.Round(point.Band95.Upper - point.Value, 1))));
        Assert.Null(points[12].Band80);
    }

    [Fact]
    public async Task WhatIsOldIsRemoved()
    {
        await using var service = await IngestionService.StartAsync();
        await service.Database.ExecuteAsync(
            """
            INSERT INTO ingestion.forecast_accuracy (series, region_id, day, from_hour, model, pairs, absolute_error, error, symmetric_error,
                banded_80, inside_80, banded_95, inside_95, naive_pairs, last_day_error, last_week_error)
            SELECT 'demand', 0, day, 1, 'ridge', 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0 FROM unnest(ARRAY['2025-01-26', '2025-01-29', '2026-03-03']::date[]) day;
            INSERT INTO ingestion.issued_forecasts (series, region_id, origin, model, hourly_values, half_width_80, half_width_95)
            SELECT 'demand', 0, o, 'ridge', '{1}', '{NULL}', '{NULL}' FROM unnest(ARRAY['2026-01-14T06:00Z', '2026-01-15T12:00Z']::timestamptz[]) o
            """);

        await NextHourAsync(service);

        Assert.Equal(2, await service.Database.ScalarAsync<long>("SELECT count(*) FROM ingestion.forecast_accuracy"));
        Assert.Equal(1, await service.Database.ScalarAsync<long>("SELECT count(*) FROM ingestion.issued_forecasts"));
    }

    [Fact]
    public async Task EveryFullHourIsMeasured()
    {
        await using var service = await IngestionService.StartAsync("--Forecasts:Measured=true");
        await ActualsAsync(service.Database, "2026-02-10T00:00:00Z", "2026-03-04T14:00:00Z");

        await Eventually.True(
            async () =>
            {
                service.Time.Advance(TimeSpan.FromMinutes(10));
                return await service.Database.ScalarAsync<long>("SELECT count(*) FROM ingestion.forecast_measurements WHERE measured_hour > '2026-03-04T10:00Z'") > 0;
            },
            because: "the worker waits for the next full hour");
    }

    [Fact]
    public async Task InvalidRequestIsRefusedByItsField()
    {
        await using var service = await IngestionService.StartAsync();

        foreach (var (request, field) in new[]
        {
            (new GetForecastAccuracyRequest { Days = 91 }, "days"),
            (new GetForecastAccuracyRequest { RegionId = 0 }, "region_id"),
            (new GetForecastAccuracyRequest { Series = GridSeries.ImbalanceVolume }, "series"),
        })
        {
            var error = await Assert.ThrowsAsync<RpcException>(async () => await service.Grid.GetForecastAccuracyAsync(request));
            Assert.Equal((StatusCode.InvalidArgument, field), (error.StatusCode, error.Status.Detail.Split(' ')[0]));
        }
    }

    private static async Task<IReadOnlyList<ForecastAccuracy>> AccuracyAsync(IngestionService service) =>
        (await service.Grid.GetForecastAccuracyAsync(new GetForecastAccuracyRequest())).Accuracy;

    private static async Task NextHourAsync(IngestionService service)
    {
        service.Time.SetUtcNow(new DateTimeOffset(2026, 3, 4, 11, 0, 0, TimeSpan.Zero));
        await MeasureAsync(service);
    }

    private static async Task MeasureAsync(IngestionService service) =>
        Assert.Equal(0, await service.Services.GetServices<IHostedService>().OfType<AccuracyWorker>().Single().MeasureAllAsync(default));
}
