using Pylon.Ingestion.Series;
using Pylon.Ingestion.Sources;
using Pylon.Ingestion.Sources.CarbonIntensity;

namespace Pylon.Ingestion.Tests.Sources;

public sealed class CarbonIntensityBodyTests
{
    private const string Mix = """[{"fuel":"gas","perc":60.1},{"fuel":"wind","perc":39.9}]""";

    [Theory]
    [InlineData("""{"data":[{"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","intensity":{"forecast":100,"actual":null,"index":"moderate"}}]}""")]
    [InlineData("""{"data":{"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","intensity":{"forecast":100,"index":"moderate"}}}""")]
    public void DataIsAListOrAnObject(string body)
    {
        var value = Assert.Single(Read(body).Values);

        Assert.Equal(new SeriesValue(SeriesDefinition.CarbonIntensity.Forecasts!, At("2026-03-04T09:30Z"), 100) { Index = "moderate" }, value);
    }

    [Theory]
    [InlineData("""{"data":{"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","generationmix":MIX}}""", null, false)]
    [InlineData("""{"data":[{"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","regions":[{"regionid":13,"dnoregion":"D","shortname":"London","intensity":{"forecast":230,"index":"high"},"generationmix":MIX}]}]}""", 13, true)]
    [InlineData("""{"data":[{"regionid":13,"shortname":"London","data":[{"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","intensity":{"forecast":230,"index":"high"},"generationmix":MIX}]}]}""", 13, true)]
    [InlineData("""{"data":{"regionid":13,"shortname":"London","postcode":"EC1","data":[{"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","intensity":{"forecast":230,"index":"high"},"generationmix":MIX}]}}""", 13, true)]
    public void RegionsStandUnderTheirHalfHourOrTheOtherWayRound(string body, int? region, bool intensity)
    {
        var parsed = Read(body.Replace("MIX", Mix));

        Assert.Equal((1, 1, 0), (parsed.RowsRead, parsed.RowsAccepted, parsed.Rejected.Count));
        var mix = Assert.Single(parsed.Of(SeriesDefinition.GenerationMix.Table(isForecast: true, region is not null)));
        Assert.Equal((region, At("2026-03-04T09:30Z")), (mix.RegionId, mix.Start));
        Assert.Equal(
            intensity ? [(region, (decimal?)230, SeriesDefinition.CarbonIntensity.RegionalForecasts)] : [],
            parsed.Values.Where(v => !v.Table.IsMix).Select(v => (v.RegionId, v.Number, (SeriesTable?)v.Table)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"data":[]}""")]
    [InlineData("""{"data":null}""")]
    public void EmptyBodyHasNoRowsAndNoProblem(string body)
    {
        var parsed = Read(body);

        Assert.Equal((0, null), (parsed.RowsRead, parsed.Problem));
    }

    [Theory]
    [InlineData("""{"error":{"code":"500 Internal Server Error","message":"Requested resource not found."}}""", "the source says 500 Internal Server Error")]
    [InlineData("<html>Bad gateway</html>", "the body is not JSON")]
    [InlineData("", "the body is not JSON")]
    public void BodyThatCannotBeUsedIsAProblem(string body, string problem) => Assert.Equal(problem, Read(body).Problem);

    [Theory]
    [InlineData("09:30", "10:00", "2856", "null", "high", "forecast 2856 is not from 1 to 1000")]
    [InlineData("09:30", "10:00", "0", "null", "very low", "forecast 0 is not from 1 to 1000")]
    [InlineData("09:30", "10:00", "null", "null", "low", "neither a forecast nor an actual")]
    [InlineData("09:30", "10:00", "\"lots\"", "null", "low", "forecast is not a number")]
    [InlineData("09:30", "10:30", "120", "null", "low", "from to to is not a half hour")]
    [InlineData("09:45", "10:15", "120", "null", "low", "from is not the start of a half hour")]
    public void BadRowIsRejectedWithItsReasonAndKeepsItsBody(string from, string to, string forecast, string actual, string index, string reason)
    {
        var row = $$$"""{"from":"2026-03-04T{{{from}}}Z","to":"2026-03-04T{{{to}}}Z","intensity":{"forecast":{{{forecast}}},"actual":{{{actual}}},"index":"{{{index}}}"}}""";

        var parsed = Read($$"""{"data":[{{row}}]}""");

        Assert.Equal(new Rejected(reason, row, 0), Assert.Single(parsed.Rejected));
        Assert.Equal((1, 0), (parsed.RowsRead, parsed.RowsAccepted));
        Assert.Empty(parsed.Values);
    }

    [Theory]
    [InlineData("120", "-3", "low", "actual -3 is not from 1 to 1000", 120)]
    [InlineData("2856", "171", "high", "forecast 2856 is not from 1 to 1000", 171)]
    [InlineData("120", "null", "purple", "index 'purple' is not one of very low, low, moderate, high, very high", 120)]
    public void BadValueIsRejectedAndItsGoodNeighbourIsKept(string forecast, string actual, string index, string reason, int kept)
    {
        var parsed = Read($$$"""{"data":[{"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","intensity":{"forecast":{{{forecast}}},"actual":{{{actual}}},"index":"{{{index}}}"}}]}""");

        Assert.Equal(reason, Assert.Single(parsed.Rejected).Reason);
        Assert.Equal((kept, null), (Assert.Single(parsed.Values).Number, parsed.Values[0].Index));
    }

    [Theory]
    [InlineData(0, """[{"fuel":"gas","perc":60},{"fuel":"coal","perc":40}]""")]
    [InlineData(900, """[{"fuel":"wind","perc":100}]""")]
    [InlineData(40, """[{"fuel":"gas","perc":50},{"fuel":"wind","perc":50}]""")]
    public void IntensityThatItsMixCannotHaveIsRejectedWithTheMix(int forecast, string mix)
    {
        var parsed = Read($$$"""{"data":[{"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","regions":[{"regionid":7,"intensity":{"forecast":{{{forecast}}},"index":"low"},"generationmix":{{{mix}}}}]}]}""");

        Assert.StartsWith($"{forecast} gCO2/kWh cannot come from the generation mix", Assert.Single(parsed.Rejected).Reason);
        Assert.Empty(parsed.Values);
    }

    [Theory]
    [InlineData("""[{"fuel":"gas","perc":50}]""", "the generation mix sums to 50 per cent")]
    [InlineData("""[{"fuel":"peat","perc":100}]""", "the fuel 'peat' is unknown")]
    [InlineData("""[{"fuel":"gas","perc":50},{"fuel":"gas","perc":50}]""", "gas is listed twice")]
    public void BadMixIsRejectedAndItsIntensityIsKept(string mix, string reason)
    {
        var parsed = Read($$$"""{"data":[{"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","regions":[{"regionid":1,"intensity":{"forecast":9},"generationmix":{{{mix}}}}]}]}""");

        Assert.Equal((reason, 9), (Assert.Single(parsed.Rejected).Reason, Assert.Single(parsed.Values).Number));
    }

    [Theory]
    [InlineData("""{"regionid":9,"shortname":"East England","intensity":{"forecast":9}}""", "regionid is 9 but the name is that of region 10")]
    [InlineData("""{"regionid":19,"shortname":"Elsewhere","intensity":{"forecast":9}}""", "regionid is not from 1 to 18")]
    [InlineData("""{"regionid":1,"intensity":{"forecast":-9}}""", "forecast -9 is not from 0 to 1000")]
    public void BadRegionIsRejectedAndItsNeighbourIsNot(string region, string reason)
    {
        var parsed = Read($$$"""{"data":[{"from":"2026-03-04T09:30Z","to":"2026-03-04T10:00Z","regions":[{{{region}}},{"regionid":2,"shortname":"South Scotland","intensity":{"forecast":0,"index":"very low"}}]}]}""");

        Assert.Equal(reason, Assert.Single(parsed.Rejected).Reason);
        Assert.Equal((2, 0), (Assert.Single(parsed.Values).RegionId, parsed.Values[0].Number));
    }

    [Fact]
    public void DuplicateContradictingAndMissingHalfHoursAreReported()
    {
        static string Row(string from, string to, int forecast) => $$$"""{"from":"2026-03-04T{{{from}}}Z","to":"2026-03-04T{{{to}}}Z","intensity":{"forecast":{{{forecast}}},"index":"low"} }""";

        var parsed = Read($$"""{"data":[{{Row("09:00", "09:30", 50)}},{{Row("09:00", "09:30", 50)}},{{Row("10:30", "11:00", 51)}},{{Row("10:30", "11:00", 52)}}]}""");

        Assert.Equal(["the same as an earlier row of the body", "contradicts an earlier row of the body"], parsed.Rejected.Select(r => r.Reason));
        Assert.Equal((4, 2, 2), (parsed.RowsRead, parsed.RowsAccepted, parsed.HalfHoursMissing));
    }

    private static ParsedBody Read(string body) => CarbonIntensityBody.Read(body, "test");

    private static DateTimeOffset At(string time) => DateTimeOffset.Parse(time);
}
