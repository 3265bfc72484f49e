using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pylon.Gateway.Tests;

public sealed class HomeTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task TheIndexListsEveryBindingOfTheContractAndTheRest()
    {
        var index = await fixture.Gateway.Http.GetFromJsonAsync<JsonElement>("/");

        var endpoints = index.GetProperty("endpoints").EnumerateArray()
            .Select(each => $"{each.GetProperty("method").GetString()} {each.GetProperty("path").GetString()}").ToList();
        Assert.Superset(
            new HashSet<string> { "POST /submit_task", "GET /api/v1/workloads/{id}:watch", "GET /beckn/broadcast", "POST /beckn/on_select", "GET /health" },
            endpoints.ToHashSet());
        Assert.Equal(endpoints.Count, endpoints.Distinct().Count());
    }

    [Fact]
    public async Task TheGatewayIsHealthyWhenAllAre()
    {
        var answer = await fixture.Gateway.Http.GetAsync("/health");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var checks = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("checks");
        Assert.Equal("healthy", checks.GetProperty("orchestrator").GetProperty("status").GetString());
        Assert.Equal("healthy", checks.GetProperty("ingestion").GetProperty("status").GetString());
    }
}
