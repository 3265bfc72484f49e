using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pylon.Gateway.Tests;

/// <summary>The paths and the port that clients of the Orchestration Engine of Carbon Nexus use.</summary>
public sealed class InsightsApiTests
{
    [Fact]
    public async Task TheCurlLinesOfTheSeedWorkOnItsOwnPort()
    {
        await using var gateway = await TestGateway.StartAsync("--API_PORT=0");
        using var http = new HttpClient { BaseAddress = new Uri(gateway.ApiAddress!) };

        var health = await http.GetAsync("/health");
        var current = await http.GetFromJsonAsync<JsonElement>("/emissions/current");

        Assert.NotEqual(gateway.Http.BaseAddress, http.BaseAddress);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal(12.5, current.GetProperty("current_rate").GetDouble());
        Assert.Equal(30, current.GetProperty("categories").GetProperty("logistics").GetDouble());
        Assert.Equal(30, current.GetProperty("total_today").GetDouble());
        Assert.False(current.TryGetProperty("target", out _));
    }

    [Fact]
    public async Task WithoutApiPortThereAreTwoPorts()
    {
        await using var gateway = await TestGateway.StartAsync();

        Assert.Null(gateway.ApiAddress);
    }

    [Fact]
    public async Task AForecastWithoutBandsHasEmptyArrays()
    {
        await using var gateway = await TestGateway.StartAsync();

        var forecast = await gateway.Http.GetFromJsonAsync<JsonElement>("/emissions/forecast");

        Assert.Equal(1, forecast.GetProperty("dates").GetArrayLength());
        Assert.Equal(100, forecast.GetProperty("forecast")[0].GetDouble());
        Assert.Equal(0, forecast.GetProperty("confidence_low").GetArrayLength());
        Assert.Equal(0, forecast.GetProperty("confidence_high").GetArrayLength());
    }

    [Theory]
    [InlineData("/emissions/summary")]
    [InlineData("/api/v1/emissions/summary")]
    public async Task TheFiltersOfASummaryAreInItsQuery(string path)
    {
        await using var gateway = await TestGateway.StartAsync();

        var summary = await gateway.Http.GetFromJsonAsync<JsonElement>($"{path}?entity=SUP-001&start_time=2026-11-26T00:00:00Z");

        Assert.Equal(7, summary.GetProperty("total_emissions").GetDouble());
        Assert.Equal("2026-11-26T00:00:00Z", summary.GetProperty("start_time").GetString());
        Assert.Equal(0, summary.GetProperty("event_count").GetInt32());
    }
}
