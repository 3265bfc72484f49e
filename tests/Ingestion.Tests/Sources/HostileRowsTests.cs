using Pylon.Ingestion.Market;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Sources;
using Pylon.Ingestion.Sources.Beckn;
using Pylon.Ingestion.Sources.CarbonIntensity;
using Pylon.Ingestion.Sources.Elexon;
using Pylon.Ingestion.Sources.Neso;
using Pylon.Ingestion.Tests.Market;
using Pylon.Ingestion.Zones;

namespace Pylon.Ingestion.Tests.Sources;

/// <summary>A seeded generator of bad rows: a good row beside any of them is read and stored, and the bad one is counted.</summary>
public sealed class HostileRowsTests
{
    private const int Rounds = 400;
    private static readonly DateTimeOffset Now = new(2026, 3, 4, 10, 17, 0, TimeSpan.Zero);

    private static readonly string[] Values =
    [
        "\"P\\u0000\"", "\"\\ud800\"", "\"\\udc00x\"", "null", "true", "[]", "{}", "\"\"", "\" \"", "-1", "0", "1e400", "1e-20000", "1e-400", "12345678901234567890123456789012345678901",
        "\"2026-13-45\"", "\"0001-01-01\"", "\"9999-12-31T23:30Z\"", "\"1826-03-04T10:00Z\"", "\"2199-12-31\"", "\"2026-03-04T09:30:00.0000001Z\"", "\"NaN\"", "50", "51", "2400",
        "{\"fuel\":\"gas\"}", "[{\"fuel\":\"\\ud800\",\"perc\":100}]", "[[[[1]]]]", "\"\\u2028\\u0007\"", "\"\\uFFFF\"", $"\"{new string('x', 5000)}\"", $"\"{new string('é', 150)}\"",
        $"{new string('[', 80)}{new string(']', 80)}", "{\"\\ud800\":1}", "{\"a\\u0000\":1}",
    ];

    private static readonly string[] Names = ["\\u0000", "\\ud800", "data", "regions", "records", "startTime", "SETTLEMENT_PERIOD", "EMBEDDED_WIND_FORECAST", "ND", "index", "dataProvider", "publishTime"];

    private static readonly Dictionary<string, (string Good, string Bad, string Body)> Kinds = new()
    {
        ["national"] = (
            """{"from":"2026-03-04T09:00Z","to":"2026-03-04T09:30Z","intensity":{"forecast":101,"actual":102,"index":"low"}}""",
            """{"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","intensity":{"forecast":103,"actual":104,"index":"low"}}""", """{"data":[ROWS]}"""),
        ["regional"] = (
            """{"regionid":1,"shortname":"North Scotland","intensity":{"forecast":9,"index":"low"},"generationmix":[{"fuel":"wind","perc":100}]}""",
            """{"regionid":2,"shortname":"South Scotland","intensity":{"forecast":9,"index":"low"},"generationmix":[{"fuel":"wind","perc":100}]}""",
            """{"data":[{"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","regions":[ROWS]}]}"""),
        ["system-prices"] = (
            """{"settlementDate":"2026-03-04","settlementPeriod":5,"systemSellPrice":70,"priceDerivationCode":"P"}""",
            """{"settlementDate":"2026-03-04","settlementPeriod":6,"startTime":"2026-03-04T02:30:00Z","systemSellPrice":70,"netImbalanceVolume":5,"priceDerivationCode":"P"}""", """{"data":[ROWS]}"""),
        ["market-index"] = (
            """{"settlementDate":"2026-03-04","settlementPeriod":5,"dataProvider":"APXMIDP","price":55.5,"volume":900}""",
            """{"settlementDate":"2026-03-04","settlementPeriod":5,"dataProvider":"N2EXMIDP","price":55.5,"volume":900}""", """{"data":[ROWS]}"""),
        ["demand-forecast"] = (
            """{"settlementDate":"2026-03-04","settlementPeriod":5,"boundary":"N","publishTime":"2026-03-04T00:00:00Z","nationalDemand":20000}""",
            """{"settlementDate":"2026-03-04","settlementPeriod":5,"boundary":"N","publishTime":"2026-03-04T00:30:00Z","nationalDemand":20000}""", "[ROWS]"),
        ["historic"] = (
            """{"SETTLEMENT_DATE":"2026-03-04","SETTLEMENT_PERIOD":5,"ND":20000,"TSD":21000}""",
            """{"SETTLEMENT_DATE":"2026-03-04","SETTLEMENT_PERIOD":6,"ND":20000,"TSD":21000,"FORECAST_ACTUAL_INDICATOR":"F"}""", """{"success":true,"result":{"records":[ROWS]}}"""),
        ["cardinal"] = (
            """{"TARGETDATE":"20260304","FORECASTDEMAND":20000,"CARDINALPOINT":"1F","CP_TYPE":"F","CP_ST_TIME":30,"CP_END_TIME":30}""",
            """{"TARGETDATE":"20260304","FORECASTDEMAND":20000,"CARDINALPOINT":"2F","CP_TYPE":"F","CP_ST_TIME":30,"CP_END_TIME":30}""", """{"success":true,"result":{"records":[ROWS]}}"""),
        ["embedded"] = (
            """{"DATE_GMT":"2026-03-04","TIME_GMT":"10:00","EMBEDDED_WIND_FORECAST":1,"EMBEDDED_SOLAR_FORECAST":2}""",
            """{"DATE_GMT":"2026-03-04","TIME_GMT":"10:30","EMBEDDED_WIND_FORECAST":1,"EMBEDDED_SOLAR_FORECAST":2}""", """{"success":true,"result":{"records":[ROWS]}}"""),
        ["half-hourly"] = (
            """{"DATE":"2026-03-04","CTIME":1000,"GDATETIME":"2026-03-04T10:00:00","NATIONALDEMAND":20000}""",
            """{"DATE":"2026-03-04","CTIME":1030,"GDATETIME":"2026-03-04T10:30:00","NATIONALDEMAND":20000}""", """{"success":true,"result":{"records":[ROWS]}}"""),
        ["csv"] = ("2026-03-04,5,20000,21000", "2026-03-04,6,20000,21000", "SETTLEMENT_DATE,SETTLEMENT_PERIOD,ND,TSD\nROWS\n"),
    };

    public static TheoryData<string> All => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public async Task GoodRowBesideAnyBadOneIsReadAndStored(string kind)
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new SeriesStore(database.DataSource, new RegionalStore(database.DataSource), TimeProvider.System);
        var (good, bad, body) = Kinds[kind];
        var (random, isCsv) = (new Random(20260304), kind == "csv");
        var alone = Read(kind, body.Replace("ROWS", good));
        Assert.Empty(alone.Rejected);
        for (var round = 0; round < Rounds; round++)
        {
            var rows = Enumerable.Range(0, 3).Select(_ => isCsv ? BadLine(random, bad) : Bad(random, bad)).ToList();
            // Before the bad ones when one of them may have its key.
            rows.Insert(random.Next(2) == 0 || random.Next(2) == 0 ? 0 : random.Next(4), good);
            var text = body.Replace("ROWS", string.Join(isCsv ? "\n" : ",", rows));

            var parsed = Read(kind, text);

            Assert.Null(parsed.Problem);
            Assert.True(alone.Values.TrueForAll(value => parsed.Values.Exists(v => v with { Mix = [], Others = [] } == value with { Mix = [], Others = [] })), text);
            Assert.Equal(parsed.RowsRead, parsed.RowsAccepted + parsed.Rejected.Count);
            if (round % 8 == 0)
                await store.StoreAsync(parsed, "hostile", Now.AddSeconds(round), default);
        }
    }

    [Fact]
    public async Task GoodItemBesideAnyBadOneIsReadAndStored()
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var (series, market) = (new SeriesStore(database.DataSource, new RegionalStore(database.DataSource), TimeProvider.System), new MarketStore(database.DataSource, new ZoneResolver(new ZoneStore(database.DataSource))));
        var random = new Random(20260304);
        for (var round = 0; round < Rounds; round++)
        {
            var (item, offer) = (Bad(random, Catalogues.Item("b", 70)), Bad(random, Catalogues.Offer("o2", "b", "1")));

            var parsed = CatalogueBody.Read(Catalogues.OnDiscover([Catalogues.Item("a", 80), item], [Catalogues.Offer("o1", "a", "1"), offer]), "somebody");

            Assert.Null(parsed.Problem);
            Assert.True(parsed.Windows.Exists(w => w.ItemId == "a" && w.Offers.Any(o => o.OfferId == "o1")), item + offer);
            if (round % 8 != 0)
                continue;
            await series.StoreAsync(parsed, "beckn", Now.AddSeconds(round), default);
            await market.StoreAsync(parsed.CatalogueOf!, parsed.Windows, parsed.IsCompleteCatalogue, Now.AddSeconds(round), default);
        }
    }

    [Theory]
    [InlineData("P\\u0000", "a text has a NUL character")]
    [InlineData("\\ud800", "a text has half a surrogate pair")]
    public async Task RowThatCannotBeStoredIsQuarantinedAsItWasRead(string code, string reason)
    {
        await using var database = await IngestionDatabase.CreateAsync();
        var store = new SeriesStore(database.DataSource, new RegionalStore(database.DataSource), TimeProvider.System);
        var row = Kinds["system-prices"].Bad.Replace("\"P\"", $"\"{code}\"");

        await store.StoreAsync(ElexonBody.Read($$"""{"data":[{{row}},{{Kinds["system-prices"].Good}}]}""", "system-prices"), "elexon", Now, default);

        Assert.Equal($"{reason}|{row}", await database.Database.ScalarAsync<string>("SELECT concat_ws('|', reason, body) FROM ingestion.quarantine"));
        Assert.Equal(1L, await database.Database.ScalarAsync<long>("SELECT count(*) FROM ingestion.wholesale_prices"));
    }

    private static ParsedBody Read(string kind, string text) => kind switch
    {
        "csv" => NesoRows.ReadFile(text, kind),
        _ when text.StartsWith("""{"success""") => CkanBody.ReadRecords(text, kind).Parsed,
        "national" or "regional" => CarbonIntensityBody.Read(text, kind),
        _ => ElexonBody.Read(text, kind),
    };

    /// <summary>The row with one value or one name replaced, or something else in its place.</summary>
    private static string Bad(Random random, string row)
    {
        var value = Values[random.Next(Values.Length)];
        if (random.Next(10) == 0)
            return value;
        var starts = Enumerable.Range(0, row.Length - 1).Where(n => row[n] == ':' && row[n - 1] == '"').ToList();
        var at = starts[random.Next(starts.Count)];
        if (random.Next(5) == 0)
        {
            var begin = row.LastIndexOf('"', at - 2) + 1;
            return row[..begin] + Names[random.Next(Names.Length)] + row[(at - 1)..];
        }

        return row[..(at + 1)] + value + row[EndOfValue(row, at + 1)..];
    }

    private static string BadLine(Random random, string line)
    {
        string[] fields = ["\0", "\"", "\"\"\"", "a\"b", new string('x', 5000), "", ",", "2026-02-30", "1e400", "-0", "\uFFFD", "2199-01-01", "\r"];
        var parts = line.Split(',');
        parts[random.Next(parts.Length)] = fields[random.Next(fields.Length)];
        return string.Join(',', parts);
    }

    private static int EndOfValue(string row, int from)
    {
        var (depth, isText) = (0, false);
        for (var n = from; n < row.Length; n++)
        {
            if (row[n] == '"')
                isText = !isText;
            if (isText)
                continue;
            if (depth == 0 && row[n] is ',' or '}' or ']' && depth == 0)
                return n;
            depth += row[n] is '{' or '[' ? 1 : row[n] is '}' or ']' ? -1 : 0;
        }

        return row.Length;
    }
}
