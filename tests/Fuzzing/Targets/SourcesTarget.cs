using Pylon.Ingestion.Series;
using Pylon.Ingestion.Sources;
using Pylon.Ingestion.Sources.Beckn;
using Pylon.Ingestion.Sources.CarbonIntensity;
using Pylon.Ingestion.Sources.Elexon;
using Pylon.Ingestion.Sources.Neso;

namespace Pylon.Fuzzing.Targets;

/// <summary>Bodies of the sources. No reader throws, no row is lost, and a good row is read beside any other.</summary>
internal sealed class SourcesTarget() : FuzzTarget("sources")
{
    private const string Rows = "ROWS";

    private static readonly Source[] Sources =
    [
        new("""{"from":"2026-03-04T09:00Z","to":"2026-03-04T09:30Z","intensity":{"forecast":101,"actual":102,"index":"low"} }""", """{"data":[ROWS]}""", CarbonIntensityBody.Read),
        new("""{"regionid":1,"shortname":"North Scotland","intensity":{"forecast":9,"index":"low"},"generationmix":[{"fuel":"wind","perc":100}]}""", """{"data":[{"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","regions":[ROWS]}]}""", CarbonIntensityBody.Read),
        new("""{"from":"2026-03-04T09:00Z","to":"2026-03-04T09:30Z","generationmix":[{"fuel":"gas","perc":40},{"fuel":"wind","perc":60}]}""", """{"data":[ROWS]}""", CarbonIntensityBody.Read),
        new("""{"settlementDate":"2026-03-04","settlementPeriod":5,"startTime":"2026-03-04T02:00:00Z","systemSellPrice":70,"netImbalanceVolume":5,"priceDerivationCode":"P"}""", """{"data":[ROWS]}""", ElexonBody.Read),
        new("""{"settlementDate":"2026-03-04","settlementPeriod":5,"dataProvider":"APXMIDP","price":55.5,"volume":900}""", """{"data":[ROWS]}""", ElexonBody.Read),
        new("""{"settlementDate":"2026-03-04","settlementPeriod":5,"initialDemandOutturn":20000,"initialTransmissionSystemDemandOutturn":21000}""", """{"data":[ROWS]}""", ElexonBody.Read),
        new("""{"settlementDate":"2026-03-04","settlementPeriod":5,"boundary":"N","publishTime":"2026-03-04T00:00:00Z","nationalDemand":20000}""", "[ROWS]", ElexonBody.Read),
        new("""{"SETTLEMENT_DATE":"2026-03-04","SETTLEMENT_PERIOD":5,"ND":20000,"TSD":21000,"FORECAST_ACTUAL_INDICATOR":"A"}""", """{"success":true,"result":{"total":3,"records":[ROWS]} }""", ReadRecords),
        new("""{"TARGETDATE":"20260304","FORECASTDEMAND":20000,"CARDINALPOINT":"1F","CP_TYPE":"F","CP_ST_TIME":30,"CP_END_TIME":30}""", """{"success":true,"result":{"records":[ROWS]} }""", ReadRecords),
        new("""{"DATE_GMT":"2026-03-04","TIME_GMT":"10:00","EMBEDDED_WIND_FORECAST":1,"EMBEDDED_SOLAR_FORECAST":2}""", """{"success":true,"result":{"records":[ROWS]} }""", ReadRecords),
        new("""{"DATE":"2026-03-04","CTIME":1000,"GDATETIME":"2026-03-04T10:00:00","NATIONALDEMAND":20000}""", """{"success":true,"result":{"records":[ROWS]} }""", ReadRecords),
        new("2026-03-04,5,20000,21000", "SETTLEMENT_DATE,SETTLEMENT_PERIOD,ND,TSD\nROWS\n", NesoRows.ReadFile),
        new(
            """{"beckn:id":"a","beckn:itemAttributes":{"beckn:gridParameters":{"gridZone":"Z","renewableMix":70,"carbonIntensity":12.5},"beckn:timeWindow":{"start":"2026-03-04T12:00:00Z","end":"2026-03-04T16:00:00Z"} } }""",
            """{"context":{"bpp_id":"b"},"message":{"catalogs":[{"beckn:items":[ROWS],"beckn:offers":[{"beckn:id":"o","beckn:items":["a"],"beckn:price":{"value":1,"currency":"GBP"} }]}]} }""", CatalogueBody.Read),
    ];

    private static readonly string[] Fields = ["\0", "\"", "\"\"\"", "a\"b", new('x', 5000), "", ",", "2026-02-30", "1e400", "-0", "\uFFFD", "\uFEFF", "2199-01-01", "\r", "51", "0", "2026-03-29"];

    public override FuzzInput Next(Random random)
    {
        var choice = random.Next(Sources.Length);
        var source = Sources[choice];
        if (random.Next(4) == 0)
            return new(Utf8(AnyJson.Anything(random)), choice);
        if (random.Next(3) == 0)
            return new(Mutation.Of(random, Utf8(source.Body.Replace(Rows, source.IsCsv ? source.Good : $"{source.Good},{source.Good}", StringComparison.Ordinal))), choice);

        // The good row is first: of two with the same key the later one is the contradiction.
        var rows = Enumerable.Range(0, random.Next(1, 4)).Select(_ => source.IsCsv ? Line(random, source.Good) : random.Next(4) == 0 ? AnyJson.Value(random, 3) : AnyJson.WithBadMembers(random, source.Good));
        var body = source.Body.Replace(Rows, string.Join(source.IsCsv ? '\n' : ',', rows.Prepend(source.Good)), StringComparison.Ordinal);
        return new(Utf8(body), choice, HasGood: source.IsCsv || AnyJson.Depth(body) < 500);
    }

    public override void Read(FuzzInput input)
    {
        var (source, text) = (Sources[input.Choice], Text(input));
        var parsed = source.Read(text, "fuzz");
        Expect(parsed.RowsRead == parsed.RowsAccepted + parsed.Rejected.Count, "each row is accepted or rejected");
        Expect(parsed.Rejected.TrueForAll(r => r.Reason.Length > 0), "a rejected row has a reason");
        _ = parsed.HalfHoursMissing;
        _ = CkanBody.ReadPackage(text);
        if (!input.HasGood)
            return;
        Expect(parsed.Problem is null, "the body is used");
        Expect(source.Alone.Values.TrueForAll(value => parsed.Values.Exists(v => Same(v, value))), "the good row is read");
        Expect(source.Alone.Windows.TrueForAll(window => parsed.Windows.Exists(w => w.ItemId == window.ItemId)), "the good item is read");
    }

    private static ParsedBody ReadRecords(string body, string dataset) => CkanBody.ReadRecords(body, dataset).Parsed;

    private static bool Same(SeriesValue one, SeriesValue other) =>
        one.Table == other.Table && one.RegionId == other.RegionId && one.Start == other.Start && one.Label == other.Label && one.Number == other.Number;

    private static string Line(Random random, string line)
    {
        if (random.Next(10) == 0)
            return AnyJson.Text(random, 60);
        var fields = line.Split(',');
        fields[random.Next(fields.Length)] = Fields[random.Next(Fields.Length)];
        return string.Join(',', fields);
    }

    private sealed class Source(string good, string body, Func<string, string, ParsedBody> read)
    {
        public string Good { get; } = good;

        public string Body { get; } = body;

        public Func<string, string, ParsedBody> Read { get; } = read;

        public bool IsCsv { get; } = !good.StartsWith('{');

        public ParsedBody Alone { get; } = read(body.Replace(Rows, good, StringComparison.Ordinal), "alone");
    }
}
