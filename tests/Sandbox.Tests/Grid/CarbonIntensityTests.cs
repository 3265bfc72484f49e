using System.Net;
using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Tests.Grid;

/// <summary>The clock stands at 2026-03-10T08:00Z unless it is moved.</summary>
public sealed class CarbonIntensityTests
{
    [Fact]
    public async Task NowIsTheLastCompleteHalfHourAndDataIsAListExceptForTheMix()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var intensity = await DataAsync(sandbox, "intensity");
        var generation = await DataAsync(sandbox, "generation");
        var regional = await DataAsync(sandbox, "regional");

        Assert.Equal("2026-03-10T07:30Z", Assert.Single(intensity)["from"]!.Value<string>());
        Assert.Equal(JTokenType.Null, intensity[0]!["intensity"]!["actual"]!.Type);
        Assert.IsType<JObject>(generation);
        JsonAssert.Equal("2026-03-10T07:30Z", generation["from"]);
        Assert.Equal(1000, Tenths(generation));
        Assert.Equal(Enumerable.Range(1, 18), Assert.Single(regional)["regions"]!.Select(r => r["regionid"]!.Value<int>()));
    }

    [Theory]
    [InlineData("intensity/2026-03-10T08:00Z/fw48h", 97, "2026-03-10T07:30Z", "2026-03-12T07:30Z")]
    [InlineData("intensity/2026-03-10T08:01Z/fw24h", 48, "2026-03-10T08:00Z", "2026-03-11T07:30Z")]
    [InlineData("intensity/2026-03-10T08:00Z/pt24h", 49, "2026-03-09T07:30Z", "2026-03-10T07:30Z")]
    [InlineData("intensity/2026-03-08T00:00Z/2026-03-08T23:59Z", 48, "2026-03-07T23:30Z", "2026-03-08T23:00Z")]
    [InlineData("intensity/2026-03-11T00:00Z/fw48h", 65, "2026-03-10T23:30Z", "2026-03-12T07:30Z")]
    [InlineData("intensity/date/2026-03-08", 48, "2026-03-08T00:00Z", "2026-03-08T23:30Z")]
    [InlineData("intensity/date/2026-03-08/48", 1, "2026-03-08T23:30Z", "2026-03-08T23:30Z")]
    [InlineData("intensity/2026-03-08T12:35Z", 1, "2026-03-08T12:30Z", "2026-03-08T12:30Z")]
    [InlineData("generation/2026-03-10T00:00Z/pt24h", 49, "2026-03-08T23:30Z", "2026-03-09T23:30Z")]
    [InlineData("generation/2025-12-31/2026-01-02", 48, "2025-12-30T23:30Z", "2025-12-31T23:00Z")]
    [InlineData("regional/intensity/2026-03-10T08:00Z/fw24h", 49, "2026-03-10T07:30Z", "2026-03-11T07:30Z")]
    public async Task RangeHasTheHalfHoursThatEndInIt(string path, int count, string first, string last)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var data = await DataAsync(sandbox, path);
        Assert.Equal((count, first, last), (data.Count(), data.First!["from"]!.Value<string>(), data.Last!["from"]!.Value<string>()));
        Assert.Equal(count, data.Select(w => w["from"]!.Value<string>()).Distinct().Count());
    }

    [Fact]
    public async Task ActualAppearsHalfAnHourAfterTheEndAndIsRevisedOnce()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var seen = new List<int?>();
        for (var hours = 0; hours < 30; hours++)
        {
            seen.Add((await DataAsync(sandbox, "intensity/2026-03-10T07:30Z"))[0]!["intensity"]!["actual"]!.Value<int?>());
            sandbox.Time.Advance(TimeSpan.FromMinutes(30));
        }

        Assert.Equal([null, seen[1], seen[12]], seen.Distinct());
        Assert.All(seen.Skip(12), value => Assert.Equal(seen[12], value));
        Assert.InRange(Math.Abs(seen[1]!.Value - seen[12]!.Value), 1, 3);
    }

    [Fact]
    public async Task ForecastIsTheSameForTheSameMomentAndRevisedAtTheNext()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        const string path = "intensity/2026-03-10T08:00Z/fw48h";
        var first = await DataAsync(sandbox, path);
        sandbox.Time.Advance(TimeSpan.FromMinutes(29));
        JsonAssert.Equal(first, await DataAsync(sandbox, path));
        sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        var revised = await DataAsync(sandbox, path);

        JsonAssert.Equal(first[0]!["intensity"]!["forecast"]!, revised[0]!["intensity"]!["forecast"]);
        Assert.InRange(first.Zip(revised).Count(p => !JToken.DeepEquals(p.First["intensity"]!["forecast"], p.Second["intensity"]!["forecast"])), 30, 96);
    }

    [Fact]
    public async Task MixSumsToTheWholeAndTheIntensityFollowsFromIt()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        Dictionary<string, decimal> factors = new()
        {
            ["biomass"] = 120,
            ["coal"] = 937,
            ["imports"] = (4 * 53 + 474 + 458) / 6m,
            ["gas"] = 394,
            ["nuclear"] = 0,
            ["other"] = 300,
            ["hydro"] = 0,
            ["solar"] = 0,
            ["wind"] = 0,
        };
        var rows = (await DataAsync(sandbox, "regional/intensity/2026-03-10T08:00Z/fw48h")).SelectMany(w => w["regions"]!).ToList();

        Assert.Equal(97 * 18, rows.Count);
        Assert.All(rows, r =>
        {
            Assert.Equal(1000, Tenths(r));
            Assert.Equal(["forecast", "index"], ((JObject)r["intensity"]!).Properties().Select(p => p.Name));
            Assert.Equal(factors.Keys, r["generationmix"]!.Select(f => f["fuel"]!.Value<string>()!));
            Assert.InRange(r["generationmix"]!.Sum(f => f["perc"]!.Value<decimal>() * factors[f["fuel"]!.Value<string>()!]) / 100 - r["intensity"]!["forecast"]!.Value<decimal>(), -0.51m, 0.51m);
        });
        var national = await DataAsync(sandbox, "intensity/2026-03-10T08:00Z/fw48h");
        Assert.Equal(
            national.Select(w => w["intensity"]!["forecast"]!.Value<int>()),
            rows.Where(r => r["regionid"]!.Value<int>() == 18).Select(r => r["intensity"]!["forecast"]!.Value<int>()));
    }

    [Fact]
    public async Task OneRegionIsAListNowAndAnObjectOverARange()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var england = Assert.Single(await DataAsync(sandbox, "regional/england"));
        var postcode = Assert.Single(await DataAsync(sandbox, "regional/postcode/rg10"));
        var range = (JObject)await DataAsync(sandbox, "regional/intensity/2026-03-10T08:00Z/fw24h/regionid/13");
        var postcodeRange = (JObject)await DataAsync(sandbox, "regional/intensity/2026-03-10T08:00Z/pt24h/postcode/RG10");

        JsonAssert.Equal(15, england["regionid"]);
        Assert.Single(england["data"]!);
        Assert.Equal((12, "RG10"), (postcode["regionid"]!.Value<int>(), postcode["postcode"]!.Value<string>()));
        Assert.Equal((13, "UKPN London", 49), (range["regionid"]!.Value<int>(), range["dnoregion"]!.Value<string>(), range["data"]!.Count()));
        Assert.Equal(["regionid", "shortname", "postcode", "data"], postcodeRange.Properties().Select(p => p.Name));
    }

    [Fact]
    public async Task StatisticsAreInBlocksAndFactorsHaveTheNamesOfThePlants()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var blocks = await DataAsync(sandbox, "intensity/stats/2026-03-08T00:00Z/2026-03-09T00:00Z/6");
        Assert.Equal(4, blocks.Count());
        Assert.All(blocks, b => Assert.InRange(b["intensity"]!["average"]!.Value<int>(), b["intensity"]!["min"]!.Value<int>(), b["intensity"]!["max"]!.Value<int>()));
        Assert.Single(await DataAsync(sandbox, "intensity/stats/2026-03-08T00:00Z/2026-03-09T00:00Z"));
        JsonAssert.Equal(394, (await DataAsync(sandbox, "intensity/factors"))[0]!["Gas (Combined Cycle)"]);
    }

    [Theory]
    [InlineData("intensity/2031-01-01T00:00Z/fw48h", "data")]
    [InlineData("intensity/2015-01-01T00:00Z/2015-01-02T00:00Z", "data")]
    [InlineData("intensity/2026-03-11/fw48h", null)]
    public async Task NoDataIsAnEmptyListAndABareDateAnEmptyObject(string path, string? property)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (status, body) = await sandbox.GetAsync("/carbon-intensity/" + path);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(property, body.Properties().SingleOrDefault()?.Name);
        Assert.Empty(body["data"] ?? new JArray());
    }

    [Theory]
    [InlineData("intensity/2026-03-01T00:00Z/2026-03-15T00:01Z", 400)]
    [InlineData("intensity/stats/2026-01-01T00:00Z/2026-02-15T00:00Z", 400)]
    [InlineData("intensity/stats/2026-03-01T00:00Z/2026-03-02T00:00Z/25", 400)]
    [InlineData("intensity/2026-03-02T00:00Z/2026-03-01T00:00Z", 400)]
    [InlineData("intensity/yesterday/fw48h", 400)]
    [InlineData("intensity/date/2026-03-08/49", 400)]
    [InlineData("regional/regionid/19", 400)]
    [InlineData("regional/postcode/QQ1", 400)]
    [InlineData("intensities", 404)]
    public async Task InvalidRequestIsRefusedInTheShapeOfTheApi(string path, int status)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (answered, body) = await sandbox.GetAsync("/carbon-intensity/" + path);
        Assert.Equal(status, (int)answered);
        Assert.StartsWith($"{status} ", body["error"]!["code"]!.Value<string>(), StringComparison.Ordinal);
        Assert.NotEmpty(body["error"]!["message"]!.Value<string>()!);
    }

    private static async Task<JToken> DataAsync(SandboxFixture sandbox, string path)
    {
        var (status, body) = await sandbox.GetAsync("/carbon-intensity/" + path);
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return body["data"]!;
    }

    private static int Tenths(JToken row) => row["generationmix"]!.Sum(f => (int)(f["perc"]!.Value<decimal>() * 10));
}
