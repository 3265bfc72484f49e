using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Tests.Rules;

/// <summary>Stored messages are read as the parser of Google.Protobuf reads them.</summary>
public sealed class StoredJsonTests
{
    private static readonly JsonParser Library = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    [Fact]
    public void StoredMessageIsReadBack()
    {
        var message = new Recommendation
        {
            Rank = 2,
            GridZoneId = "zone",
            ZoneName = "a \"name\"\n€😀",
            RenewableMixPercent = 80.5,
            CarbonIntensityGco2Kwh = 0,
            Score = double.NaN,
            Source = RecommendationSource.Beckn,
            Synthetic = true,
            Window = new Window { StartTime = new Timestamp { Seconds = 1772618400, Nanos = 54_486_000 }, EndTime = new Timestamp { Seconds = 1772620200, Nanos = 1 } },
            Price = new Price { Value = 1.25, Currency = "GBP" },
            RegionId = 3,
        };

        Assert.Equal(message, StoredJson.Parse<Recommendation>(JsonFormatter.Default.Format(message)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"grid_zone_id": "a", "zoneName": "b", "later": {"rank": [1]}, "rank": 1}""")]
    [InlineData("""{"rank": 1.0, "score": "2.5", "source": 1, "regionId": "4"}""")]
    [InlineData("""{"rank": null, "window": null, "note": "a"}""")]
    [InlineData("""{"window": {"startTime": "2026-03-04T10:00:00+01:00"}}""")]
    [InlineData("""{"source": "RECOMMENDATION_SOURCE_LATER", "rank": 1}""")]
    public void FormIsReadAsTheLibraryReadsIt(string json) => Assert.Equal(Library.Parse<Recommendation>(json), StoredJson.Parse<Recommendation>(json));

    [Fact]
    public void ListIsReadAsTheLibraryReadsIt()
    {
        const string Json = """{"optionsLeft": 1, "broken": [{"constraint": "CONSTRAINT_DEADLINE", "count": 2}]}""";

        Assert.Equal(Library.Parse<Infeasibility>(Json), StoredJson.Parse<Infeasibility>(Json));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"window": "soon"}""")]
    [InlineData("""{"rank": "x"}""")]
    [InlineData("""{"rank": 1""")]
    public void OtherTextIsAnUnreadableRow(string json) => Assert.True(Rows.IsAboutTheRow(Assert.ThrowsAny<Exception>(() => StoredJson.Parse<Recommendation>(json))));
}
