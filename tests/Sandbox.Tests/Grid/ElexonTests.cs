using System.Net;
using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Tests.Grid;

/// <summary>The clock stands at 2026-03-10T08:00Z unless it is moved.</summary>
public sealed class ElexonTests
{
    [Theory]
    [InlineData("2026-03-09", 48, "2026-03-09T00:00:00Z", "2026-03-09T23:30:00Z")]
    [InlineData("2025-03-30", 46, "2025-03-30T00:00:00Z", "2025-03-30T22:30:00Z")]
    [InlineData("2025-10-26", 50, "2025-10-25T23:00:00Z", "2025-10-26T23:30:00Z")]
    public async Task DayHasTheSettlementPeriodsOfTheClockInLondon(string date, int count, string first, string last)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var prices = await DataAsync(sandbox, "balancing/settlement/system-prices/" + date);
        Assert.Equal(Enumerable.Range(1, count), prices.Select(p => p["settlementPeriod"]!.Value<int>()));
        Assert.Equal((first, last), (prices.First!["startTime"]!.Value<string>(), prices.Last!["startTime"]!.Value<string>()));
        Assert.Equal(50, (await DataAsync(sandbox, "demand/outturn?settlementDateFrom=2025-10-26&settlementDateTo=2025-10-26")).Count());
    }

    [Fact]
    public async Task ValuesArePublished15MinutesAfterTheEnd()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        async Task<int> CountAsync(string path) => (await DataAsync(sandbox, path)).Count();
        const string prices = "balancing/settlement/system-prices/2026-03-10?format=json";
        const string index = "balancing/pricing/market-index?from=2026-03-10T00:00Z&to=2026-03-10T23:59Z";

        Assert.Equal((15, 30, 15), (await CountAsync(prices), await CountAsync(index), await CountAsync("demand/outturn")));
        sandbox.Time.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal((16, 32, 16), (await CountAsync(prices), await CountAsync(index), await CountAsync("demand/outturn")));
        Assert.Empty(await DataAsync(sandbox, "balancing/settlement/system-prices/2026-03-11"));
    }

    [Fact]
    public async Task SecondProviderOfMarketPricesReportsZeros()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var rows = await DataAsync(sandbox, "balancing/pricing/market-index?from=2026-03-09T00:00Z&to=2026-03-09T01:00Z");
        Assert.Equal(["APXMIDP", "N2EXMIDP", "APXMIDP", "N2EXMIDP", "APXMIDP", "N2EXMIDP"], rows.Select(r => r["dataProvider"]!.Value<string>()));
        Assert.All(rows.Where(r => r["dataProvider"]!.Value<string>() == "N2EXMIDP"), r => Assert.Equal(0, r["price"]!.Value<decimal>() + r["volume"]!.Value<decimal>()));
        Assert.Single(await DataAsync(sandbox, "balancing/pricing/market-index?from=2026-03-09T00:00Z&to=2026-03-09T00:00Z&dataProviders=APXMIDP"));
    }

    [Fact]
    public async Task ForecastGoesToTheEndOfTomorrow()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var rows = await DataAsync(sandbox, "forecast/demand/day-ahead");
        Assert.Equal(32 + 48, rows.Count());
        Assert.Equal(("2026-03-10T08:00:00Z", "N"), (rows[0]!["startTime"]!.Value<string>(), rows[0]!["boundary"]!.Value<string>()));
        Assert.All(rows, r => JsonAssert.Equal("2026-03-10T08:00:00Z", r["publishTime"]));
    }

    [Theory]
    [InlineData("balancing/settlement/system-prices/yesterday", 400)]
    [InlineData("balancing/settlement/system-prices/9999-12-31", 400)]
    [InlineData("balancing/settlement/system-prices/2026-03-09/51", 400)]
    [InlineData("balancing/pricing/market-index", 400)]
    [InlineData("balancing/pricing/market-index?from=2026-03-01T00:00Z&to=2026-03-09T00:00Z", 400)]
    [InlineData("demand/outturn?settlementDateFrom=2026-01-01&settlementDateTo=2026-03-01", 400)]
    [InlineData("demand/outturn?format=xml", 400)]
    [InlineData("demand", 404)]
    public async Task InvalidRequestIsRefusedInTheShapeOfTheApi(string path, int status)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (answered, body) = await sandbox.GetAsync("/elexon/" + path);
        Assert.Equal(status, (int)answered);
        JsonAssert.Equal(status, body["status"] ?? body["statusCode"]);
        Assert.Null(body["data"]);
    }

    private static async Task<JToken> DataAsync(SandboxFixture sandbox, string path)
    {
        var (status, body) = await sandbox.GetAsync("/elexon/" + path);
        Assert.True(status == HttpStatusCode.OK, body.ToString());
        return body["data"]!;
    }
}
