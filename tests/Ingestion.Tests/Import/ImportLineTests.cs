using System.Text;
using Pylon.Ingestion.V1;

namespace Pylon.Ingestion.Tests.Import;

public sealed class ImportLineTests(SharedImporter shared) : IClassFixture<SharedImporter>
{
    private Importer Shared => shared.Importer;

    [Theory]
    [InlineData("2026-03-29", 46, "2026-03-29 00:00", "2026-03-29 22:30")]
    [InlineData("2025-10-26", 50, "2025-10-25 23:00", "2025-10-26 23:30")]
    [InlineData("2026-07-01", 48, "2026-06-30 23:00", "2026-07-01 22:30")]
    public async Task EverySettlementPeriodOfADayHasItsOwnStartAndOneMoreIsABadLine(string date, int periods, string first, string last)
    {
        var lines = Enumerable.Range(1, periods + 1).Select(period => $"{date},{period},100");

        var answer = await Shared.RunAsync("settlement_date,settlement_period,actual\n" + string.Join('\n', lines), name: date);

        Importer.AssertCounts(answer, read: periods + 1, @new: periods, rejected: 1);
        var bad = Assert.Single(answer.Rejected);
        Assert.Equal((periods + 2L, periods == 50 ? "settlement_period 51 is not from 1 to 50" : $"{date} has {periods} settlement periods and no {periods + 1}"), (bad.Line, bad.Reason));
        Assert.Equal(
            $"{first} {last} {periods}",
            await Shared.ScalarAsync<string>(
                $"""
                SELECT concat_ws(' ', to_char(min(window_start), 'YYYY-MM-DD HH24:MI'), to_char(max(window_start), 'YYYY-MM-DD HH24:MI'), count(DISTINCT window_start))
                FROM carbon_intensity_national WHERE source = 'import:{date}'
                """));
    }

    [Fact]
    public async Task BadLinesAreReportedWithTheirNumbersAndQuarantinedAndTheOthersAreStored()
    {
        (string Line, string Reason)[] bad =
        [
            ("2026-03-04T10:15Z,,90,,", "from is not the start of a half hour"),
            ("2026-03-04T10:00Z,2026-03-04T11:00Z,90,,", "from to to is not a half hour"),
            ("yesterday,,90,,", "from is not a time"),
            (",,90,,", "from is missing"),
            ("2026-03-04T10:00Z,,,,", "neither a forecast nor an actual"),
            ("2026-03-04T10:00Z,,much,,", "forecast is not a number"),
            ("2026-03-04T10:00Z,,2856,,", "forecast 2856 is not from 1 to 1000"),
            ("2026-03-04T10:00Z,,0,,", "forecast 0 is not from 1 to 1000"),
            ("2026-03-04T10:00Z,,,-3,", "actual -3 is not from 1 to 1000"),
            ("1826-03-04T10:00Z,,90,,", "the half hour is before 2000"),
            ("2106-03-04T10:00Z,,90,,", "the half hour is more than a year ahead"),
            ("9999-12-31T23:30Z,,90,,", "from is not a time"),
            ("2026-03-04T10:00Z,90", "2 columns, and the first line names 5"),
            ("2026-03-04T10:00Z,,90,,,", "6 columns, and the first line names 5"),
            ("2026-03-04T10:00Z,,90,,scorching", "index 'scorching' is not one of very low, low, moderate, high, very high"),
            ("2026-03-04T09:30Z,,91,,", "an earlier line has the same half hour"),
            ("2026-03-04T10:00Z,,\09,,", "forecast is not a number"),
        ];
        var file = "from,to,forecast,actual,index\n\n2026-03-04T09:30Z,2026-03-04T10:00Z,80,,low\n"
            + string.Concat(bad.Select(one => one.Line + "\n")) + "2026-03-04T10:30Z,,85,,\n";

        var answer = await Shared.RunAsync(file, name: "bad");

        Importer.AssertCounts(answer, read: bad.Length + 2, @new: 2, rejected: bad.Length);
        Assert.Equal(bad.Select((one, n) => (n + 4L, one.Reason)), answer.Rejected.Select(r => (r.Line, r.Reason)));
        Assert.Equal(
            bad.Select(one => $"{one.Reason}: {one.Line.Replace('\0', '\uFFFD')}").Order(StringComparer.Ordinal),
            (await Shared.ScalarAsync<string[]>("SELECT array_agg(reason || ': ' || body) FROM quarantine WHERE source = 'import:bad' AND dataset = 'carbon-intensity'"))!.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task EveryFormOfATimeOrALineIsRead()
    {
        const string File =
            "\uFEFFFrom,Settlement_Date,SETTLEMENT_PERIOD,to, forecast ,region_id,index\r\n"
            + "2026-03-04T10:00Z,2026-03-04,21,,1,1,\r\n"
            + "2026-03-04T10:00:00+00:00,2026-03-04,21,,2,2,low\r\n"
            + "\"2026-03-04 10:00\",2026-03-04,21,2026-03-04T10:30Z,\"3\",\"3\",\r\n"
            + "2026-03-04T12:00+02:00,04-MAR-2026,21,,4e0,4,\r\n"
            + "2026-03-04T10:00Z,2026-03-04,22,,5,5,";

        var answer = await Shared.RunAsync(File, name: "forms", pieces: 3);

        Importer.AssertCounts(answer, read: 5, @new: 4, rejected: 1);
        Assert.Equal(new RejectedLine { Line = 6, Reason = "from is not the start of the settlement period" }, Assert.Single(answer.Rejected));
        Assert.Equal(
            "1.0 2.0 3.0 4.0",
            await Shared.ScalarAsync<string>("SELECT string_agg(forecast_gco2_kwh::text, ' ' ORDER BY region_id) FROM carbon_intensity_regional WHERE source = 'import:forms' AND window_start = '2026-03-04 10:00Z'"));
        Assert.Equal("very low,low,very low,very low", await Shared.ScalarAsync<string>("SELECT string_agg(index, ',' ORDER BY region_id) FROM carbon_intensity_regional WHERE source = 'import:forms'"));
    }

    [Fact]
    public async Task QuoteThatIsNotClosedSpoilsItsOwnLineOnlyAndTheQuarantineHasTheLineUnchanged()
    {
        const string Bad = "\"2026-03-04T10:00Z,90,\"\"x";
        var file = $"from,forecast,index\r\n\"2026-03-04T09:30Z\",\"80\",\"low\"\r\n{Bad}\r\n2026-03-04T10:30Z,85,\r\n2026-03-04T11:00Z,8\r6,\r\n";

        var answer = await Shared.RunAsync(file, name: "quotes", pieces: 7);

        Importer.AssertCounts(answer, read: 4, @new: 3, rejected: 1);
        Assert.Equal(new RejectedLine { Line = 3, Reason = "1 column, and the first line names 3" }, Assert.Single(answer.Rejected));
        Assert.Equal(Bad, await Shared.ScalarAsync<string>("SELECT body FROM quarantine WHERE source = 'import:quotes'"));
    }

    [Fact]
    public async Task AFileOfNothingButBadLinesIsCountedInFullAndReportedInPart()
    {
        var file = "region_id,from,forecast\n" + string.Join('\n', Enumerable.Range(19, 1200).Select(region => $"{region},2026-03-04T10:00Z,1"));

        var answer = await Shared.RunAsync(file, name: "nothing-but-bad");

        Importer.AssertCounts(answer, read: 1200, rejected: 1200);
        Assert.Equal(Enumerable.Range(2, 100).Select(n => (long)n), answer.Rejected.Select(r => r.Line));
        Assert.Equal(1200L, await Shared.ScalarAsync<long>("SELECT count(*) FROM quarantine WHERE source = 'import:nothing-but-bad'"));
    }

    [Theory]
    [InlineData("", "data", "must begin with a line that names the columns, and nothing was sent")]
    [InlineData("\n", "data", "must begin with a line that names the columns")]
    [InlineData("from,forecast,actual,colour\n", "data", "must have in its first line only columns of carbon-intensity, and colour is none of them: region_id, from, to, settlement_date, settlement_period, forecast, actual, index, captured_at")]
    [InlineData("from,forecast,FORECAST\n", "data", "must name the column forecast once")]
    [InlineData("forecast\n", "data", "must have the column from, or settlement_date and settlement_period")]
    [InlineData("settlement_date,forecast\n", "data", "must have settlement_date and settlement_period together")]
    [InlineData("from,to", "data", "must have the column forecast or actual")]
    [InlineData("from,actual,captured_at", "data", "must have the column forecast when it has captured_at")]
    public async Task AFileWithoutTheColumnsOfItsSeriesIsRefused(string file, string field, string rule)
    {
        Assert.Equal(new(field, rule), await Shared.RefusedAsync(Encoding.UTF8.GetBytes(file)));
    }

    [Fact]
    public async Task ARefusalInTheMiddleLeavesNothing()
    {
        const string Good = "from,forecast\n2026-03-04T10:00Z,100\n";

        Assert.Equal(
            new("data", "must have lines of at most 4096 bytes, and line 3 is longer"),
            await Shared.RefusedAsync(Encoding.UTF8.GetBytes(Good + new string('x', 5000))));
        Assert.Equal(new("data", "must be UTF-8 text, and line 3 is not"), await Shared.RefusedAsync([.. Encoding.UTF8.GetBytes(Good), 0xC3, 0x28, (byte)'\n']));
        Assert.Equal(0L, await Shared.CountAsync("carbon_intensity_national"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Late")]
    [InlineData("-late")]
    [InlineData("a/b")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234")]
    public async Task AnInvalidNameIsRefused(string name)
    {
        Assert.Equal("name", (await Shared.RefusedAsync("from,forecast\n"u8.ToArray(), name: name)).Field);
    }

    [Fact]
    public async Task AnUnknownSeriesIsRefused()
    {
        Assert.Equal("series", (await Shared.RefusedAsync("from,forecast\n"u8.ToArray(), (ImportedSeries)9)).Field);
        Assert.Equal("data", (await Shared.RefusedAsync("from,forecast\n"u8.ToArray(), ImportedSeries.SystemPrice)).Field);
    }
}
