using System.Net;
using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Tests.Grid;

/// <summary>The clock stands at 2026-03-10T08:00Z unless it is moved.</summary>
public sealed class NesoTests
{
    [Fact]
    public async Task PackageNamesItsFilesAndWhenTheyChanged()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var resources = (await ResultAsync(sandbox, "package_show?id=embedded-wind-and-solar-forecasts"))["resources"]!;
        var forecast = resources.Single(r => r["name"]!.Value<string>() == "Embedded Solar and Wind Forecast");

        Assert.Equal(["DOC", "CSV"], resources.Select(r => r["format"]!.Value<string>()));
        Assert.Equal("2026-03-10T07:25:00.877001", forecast["last_modified"]!.Value<string>());
        JsonAssert.Equal(forecast, await ResultAsync(sandbox, "resource_show?id=" + forecast["id"]));
        sandbox.Time.Advance(TimeSpan.FromMinutes(25));
        JsonAssert.Equal("2026-03-10T08:25:00.877001", (await ResultAsync(sandbox, "resource_show?id=" + forecast["id"]))["last_modified"]);
        JsonAssert.Equal(1, (await ResultAsync(sandbox, "package_search?q=daily demand"))["count"]);
    }

    [Fact]
    public async Task EveryFileHasItsOwnDateFormat()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        async Task<string> FirstAsync(string package, string resource, string column) =>
            (await RecordsAsync(sandbox, package, resource, "&limit=1"))[0]![column]!.ToString();

        Assert.Equal("20260310", await FirstAsync("1-day-ahead-demand-forecast", "Day Ahead National Demand Forecast", "TARGETDATE"));
        Assert.Equal("2026-03-11", await FirstAsync("2-14-days-ahead-national-demand-forecast", "2-14 Days Ahead Half Hourly Forecast", "DATE"));
        Assert.Equal("2026-03-02T00:00:00", await FirstAsync("daily-demand-update", "Demand Data Update", "SETTLEMENT_DATE"));
        Assert.Equal("01-Jan-23", await FirstAsync("historic-demand-data", "2023", "SETTLEMENT_DATE"));
        Assert.Equal("01-JAN-2024", await FirstAsync("historic-demand-data", "2024", "SETTLEMENT_DATE"));
        Assert.Equal("2025-01-01", await FirstAsync("historic-demand-data", "2025", "SETTLEMENT_DATE"));
    }

    [Fact]
    public async Task DayAheadHasTwelveCardinalPointsAndTheFortnightItsHalfHours()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var points = await RecordsAsync(sandbox, "1-day-ahead-demand-forecast", "Day Ahead National Demand Forecast", "");
        var halfHours = await RecordsAsync(sandbox, "2-14-days-ahead-national-demand-forecast", "2-14 Days Ahead Half Hourly Forecast", "&limit=1000");

        Assert.Equal(12, points.Count());
        Assert.Equal(13 * 48, halfHours.Count());
        Assert.Equal((30, "2026-03-11T00:30:00"), (halfHours[0]!["CTIME"]!.Value<int>(), halfHours[0]!["GDATETIME"]!.Value<string>()));
        Assert.Equal((2400, "2026-03-12T00:00:00"), (halfHours[47]!["CTIME"]!.Value<int>(), halfHours[47]!["GDATETIME"]!.Value<string>()));
    }

    [Fact]
    public async Task DemandUpdateTurnsFromMeteredToExpectedWhenItWasMade()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var rows = await RecordsAsync(sandbox, "daily-demand-update", "Demand Data Update", "&limit=1000");

        Assert.Equal(14 * 48, rows.Count());
        Assert.Equal(["A", "F"], rows.Select(r => r["FORECAST_ACTUAL_INDICATOR"]!.Value<string>()).Distinct());
        Assert.Equal("2026-03-09/17", rows.Where(r => r["FORECAST_ACTUAL_INDICATOR"]!.Value<string>() == "A").Select(r => $"{r["SETTLEMENT_DATE"]!.ToString()[..10]}/{r["SETTLEMENT_PERIOD"]}").Last());
        Assert.All(rows, r => Assert.InRange(r["ND"]!.Value<int>(), 15_000, 45_000));
    }

    [Fact]
    public async Task PageHas100RowsByDefaultAndAtMost32Thousand()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        const string id = "bf5ab335-9b40-4ea4-b93a-ab4af7bce003";
        var usual = await ResultAsync(sandbox, $"datastore_search?resource_id={id}");
        var last = await ResultAsync(sandbox, $"datastore_search?resource_id={id}&limit=10000&offset=17500");
        var most = await ResultAsync(sandbox, $"datastore_search?resource_id={id}&limit=99999");

        Assert.Equal((100, 17_520), (usual["records"]!.Count(), usual["total"]!.Value<int>()));
        Assert.Equal([.. Enumerable.Range(17_501, 20)], last["records"]!.Select(r => r["_id"]!.Value<int>()));
        JsonAssert.Equal(32_000, most["limit"]);
        Assert.Equal(((JObject)usual["records"]![0]!).Properties().Select(p => p.Name), usual["fields"]!.Select(f => f["id"]!.Value<string>()!));
    }

    [Theory]
    [InlineData("package_show?id=no-such", 404, "Not Found Error")]
    [InlineData("package_show", 409, "Validation Error")]
    [InlineData("datastore_search", 409, "Validation Error")]
    [InlineData("datastore_search?resource_id=none", 404, "Not Found Error")]
    [InlineData("datastore_search?resource_id=177f6fa4-ae49-4182-81ea-0c6b35f26ca6&limit=-1", 409, "Validation Error")]
    [InlineData("datastore_search?resource_id=177f6fa4-ae49-4182-81ea-0c6b35f26ca6&filters=%7B%7D", 409, "Validation Error")]
    public async Task InvalidRequestIsRefusedInTheEnvelope(string action, int status, string type)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (answered, body) = await sandbox.GetAsync("/neso/api/3/action/" + action);
        Assert.Equal(status, (int)answered);
        JsonAssert.Equal(false, body["success"]);
        JsonAssert.Equal(type, body["error"]!["__type"]);
    }

    [Fact]
    public async Task UnknownActionIsATextAndAFileIsBehindASignedRedirect()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (status, text) = await sandbox.SendTextAsync(HttpMethod.Get, "/neso/api/3/action/datastore_guess", null);
        Assert.Equal((HttpStatusCode.BadRequest, "\"Bad request - Action name not known: datastore_guess\""), (status, text));

        var url = new Uri((await ResourceAsync(sandbox, "1-day-ahead-demand-forecast", "Day Ahead National Demand Forecast"))["url"]!.Value<string>()!);
        var (_, csv) = await sandbox.SendTextAsync(HttpMethod.Get, "/neso" + url.AbsolutePath, null);
        Assert.Equal(13, csv.TrimEnd().Split('\n').Length);
        Assert.StartsWith("DAYSAHEAD,TARGETDATE,FORECASTDEMAND,CARDINALPOINT", csv, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await sandbox.GetAsync($"/neso{url.AbsolutePath}?X-Amz-Signature=guessed")).Status);
    }

    private static async Task<JToken> RecordsAsync(SandboxFixture sandbox, string package, string resource, string more)
    {
        var id = (await ResourceAsync(sandbox, package, resource))["id"];
        return (await ResultAsync(sandbox, $"datastore_search?resource_id={id}{more}"))["records"]!;
    }

    private static async Task<JToken> ResourceAsync(SandboxFixture sandbox, string package, string resource) =>
        (await ResultAsync(sandbox, "package_show?id=" + package))["resources"]!.Single(r => r["name"]!.Value<string>() == resource);

    private static async Task<JToken> ResultAsync(SandboxFixture sandbox, string action)
    {
        var (status, body) = await sandbox.GetAsync("/neso/api/3/action/" + action);
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        JsonAssert.Equal(true, body["success"]);
        return body["result"]!;
    }
}
