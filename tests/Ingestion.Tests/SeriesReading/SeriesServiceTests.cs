using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Ingestion.V1;

namespace Pylon.Ingestion.Tests.SeriesReading;

public sealed class SeriesServiceTests
{
    private const int Year = 365 * 48;

    [Fact]
    public async Task YearIsOneAnswerThatEqualsThePagesOfListSignals()
    {
        await using var service = await IngestionService.StartAsync();
        await ImportYearAsync(service);

        var read = await service.Series.ReadSeriesAsync(new ReadSeriesRequest { RegionId = 13, StartTime = At("2022-01-01"), EndTime = At("2023-01-01") });
        var listed = await service.Grid.ListSignalsAsync(new ListSignalsRequest { RegionId = 13, StartTime = At("2022-01-01"), EndTime = At("2023-01-01"), PageSize = 500 });

        Assert.Equal((Year, TimeSpan.FromMinutes(30), At("2022-01-01")), (read.Values.Count, read.Step.ToTimeSpan(), read.StartTime));
        Assert.Equal(listed.Points.Select(p => p.Value), read.Values.Take(500));
        Assert.Equal([100, 100.5, 101], read.Values.Take(3));
        Assert.Equal(("import:year", false, false), (read.Sources[read.SourceIndexes[7]].Source, read.Sources[1].Actual, read.Sources[1].Synthetic));
        Assert.Empty(read.Gaps);
    }

    [Fact]
    public async Task MissingHalfHoursAreToldAndFilledOnlyAsAsked()
    {
        await using var service = await IngestionService.StartAsync();
        await service.Database.ExecuteAsync(
            """
            INSERT INTO ingestion.carbon_intensity_regional (region_id, window_start, window_end, actual_gco2_kwh, index, source, captured_at)
            SELECT 2, t, t + interval '30 minutes', v, 'low', 'import:gaps', '2025-01-02Z'
            FROM (VALUES ('2025-01-01T01:00Z'::timestamptz, 10), ('2025-01-01T03:00Z', 50), ('2025-01-03T04:00Z', 7)) AS known (t, v)
            """);
        var request = new ReadSeriesRequest { RegionId = 2, StartTime = At("2025-01-01"), EndTime = At("2025-01-03T04:30:00") };

        var bare = await service.Series.ReadSeriesAsync(request);
        var filled = await service.Series.ReadSeriesAsync(new ReadSeriesRequest(request) { Fill = SeriesFill.Linear });

        Assert.Equal([(0, 2), (3, 3), (7, 97)], bare.Gaps.Select(g => (g.First, g.HalfHours)));
        Assert.All(bare.Gaps, gap => Assert.Equal(SeriesFill.None, gap.Fill));
        Assert.Equal(3, bare.Values.Count(double.IsFinite));
        // Neither the start nor two days.
        Assert.Equal([SeriesFill.None, SeriesFill.Linear, SeriesFill.None], filled.Gaps.Select(g => g.Fill));
        Assert.Equal([10, 20, 30, 40, 50], filled.Values.Skip(2).Take(5));
        Assert.Equal([1, 0, 0, 0, 1], filled.SourceIndexes.Skip(2).Take(5));
        Assert.Equal(At("2025-01-02"), filled.LastCapturedAt);
    }

    [Fact]
    public async Task SeriesIsReadAsItWasKnown()
    {
        await using var service = await IngestionService.StartAsync();
        await service.Database.ExecuteAsync(
            """
            INSERT INTO ingestion.carbon_intensity_national (window_start, window_end, forecast_gco2_kwh, index, source, captured_at) VALUES
                ('2025-01-01T00:00Z', '2025-01-01T00:30Z', 80, 'low', 'carbon-intensity', '2024-12-31T00:00Z'),
                ('2025-01-01T00:00Z', '2025-01-01T00:30Z', 60, 'low', 'carbon-intensity', '2024-12-31T12:00Z')
            """);
        var request = new ReadSeriesRequest { StartTime = At("2025-01-01"), EndTime = At("2025-01-01T00:30:00") };

        Assert.Equal([60], (await service.Series.ReadSeriesAsync(request)).Values);
        Assert.Equal([80], (await service.Series.ReadSeriesAsync(new ReadSeriesRequest(request) { AsKnownAt = At("2024-12-31T06:00:00") })).Values);
        Assert.Equal([double.NaN], (await service.Series.ReadSeriesAsync(new ReadSeriesRequest(request) { AsKnownAt = At("2024-12-30") })).Values);
    }

    [Fact]
    public async Task VersionChangesWithEachChangeOfTheSeriesAndWithNoOther()
    {
        await using var service = await IngestionService.StartAsync();
        var seen = new List<string> { await VersionAsync(service) };

        // Months that are built beside the table and attached.
        await ImportYearAsync(service);
        seen.Add(await VersionAsync(service));
        foreach (var change in (string[])
        [
            "INSERT INTO ingestion.carbon_intensity_regional (region_id, window_start, window_end, actual_gco2_kwh, index, source, captured_at) VALUES (13, '2021-01-01Z', '2021-01-01T00:30Z', 1, 'low', 'import:x', now())",
            "UPDATE ingestion.carbon_intensity_regional SET actual_gco2_kwh = 2 WHERE source = 'import:x'",
            "DELETE FROM ingestion.carbon_intensity_regional WHERE source = 'import:x'",
        ])
        {
            await service.Database.ExecuteAsync(change);
            seen.Add(await VersionAsync(service));
        }

        await service.Database.ExecuteAsync("UPDATE ingestion.wholesale_prices SET price_gbp_mwh = 1");
        Assert.Equal(seen.Count, seen.Distinct().Count());
        Assert.Equal(seen[^1], await VersionAsync(service));
        Assert.Equal(seen[^1], (await service.Series.ReadSeriesAsync(new ReadSeriesRequest { RegionId = 13, StartTime = At("2022-01-01"), EndTime = At("2022-01-02") })).Version);
    }

    [Fact]
    public async Task TransactionThatEndsAfterALaterOneChangesTheVersionToo()
    {
        await using var service = await IngestionService.StartAsync();
        await using var database = service.Database.DataSource("ingestion");
        await using var slow = await database.OpenConnectionAsync();
        await using var transaction = await slow.BeginTransactionAsync();
        await using (var first = new Npgsql.NpgsqlCommand("UPDATE carbon_intensity_regional SET index = 'high' WHERE region_id = 1", slow, transaction))
            await first.ExecuteNonQueryAsync();
        await service.Database.ExecuteAsync("UPDATE ingestion.carbon_intensity_regional SET index = 'high' WHERE region_id = 2");
        var between = await VersionAsync(service);

        await transaction.CommitAsync();

        Assert.NotEqual(between, await VersionAsync(service));
    }

    [Fact]
    public async Task DayOldChangesAreForgotten()
    {
        await using var service = await IngestionService.StartAsync();
        await service.Database.ExecuteAsync("UPDATE ingestion.series_changes SET changed_at = now() - interval '25 hours'");

        await service.Database.ExecuteAsync("UPDATE ingestion.carbon_intensity_regional SET index = 'high' WHERE region_id = 2");

        Assert.StartsWith("1-", await VersionAsync(service));
    }

    private static readonly (ReadSeriesRequest Request, string Field)[] Refused =
    [
        (new ReadSeriesRequest { StartTime = At("2025-01-01"), EndTime = At("2025-01-01") }, "end_time"),
        (new ReadSeriesRequest { StartTime = At("2019-01-01"), EndTime = At("2025-01-01") }, "end_time"),
        (new ReadSeriesRequest { RegionId = 19 }, "region_id"),
        (new ReadSeriesRequest { RegionId = 3, Series = GridSeries.SystemPrice }, "region_id"),
        (new ReadSeriesRequest { Series = (GridSeries)99 }, "series"),
        (new ReadSeriesRequest { Fill = (SeriesFill)99 }, "fill"),
    ];

    [Fact]
    public async Task InvalidRequestIsRefusedByItsField()
    {
        await using var service = await IngestionService.StartAsync();

        foreach (var (request, field) in Refused)
        {
            var error = await Assert.ThrowsAsync<RpcException>(async () => await service.Series.ReadSeriesAsync(request));
            Assert.Equal((StatusCode.InvalidArgument, field), (error.StatusCode, error.Status.Detail.Split(' ')[0]));
        }
    }

    private static async Task<string> VersionAsync(IngestionService service) =>
        (await service.Series.GetSeriesVersionAsync(new GetSeriesVersionRequest { RegionId = 13 })).Version;

    private static async Task ImportYearAsync(IngestionService service)
    {
        var start = new DateTime(2022, 1, 1);
        var lines = new StringBuilder("region_id,from,forecast\n");
        for (var n = 0; n < Year; n++)
            lines.Append(CultureInfo.InvariantCulture, $"13,{start.AddMinutes(30 * n):yyyy-MM-dd'T'HH:mm'Z'},{100 + (n % 200 * 0.5)}\n");
        using var call = service.Runs.ImportSeries();
        await call.RequestStream.WriteAsync(new ImportSeriesRequest { Name = "year", Data = ByteString.CopyFromUtf8(lines.ToString()) });
        await call.RequestStream.CompleteAsync();
        Assert.Equal(Year, (await call).RowsNew);
    }

    private static Timestamp At(string time) => DateTimeOffset.Parse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToTimestamp();
}
