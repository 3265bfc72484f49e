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

    [Theory]
    [InlineData("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html")]
    [InlineData("*/*", "application/json")]
    [InlineData("application/json, text/html;q=0", "application/json")]
    [InlineData("nonsense", "application/json")]
    public async Task ABrowserGetsThePageAndAProgramTheIndex(string accept, string type)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.TryAddWithoutValidation("Accept", accept);

        using var answer = await fixture.Gateway.Http.SendAsync(request);

        Assert.Equal((HttpStatusCode.OK, type), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains("Accept", answer.Headers.Vary);
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
