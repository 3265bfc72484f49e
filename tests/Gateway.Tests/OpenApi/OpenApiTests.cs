using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pylon.LocalStack.Machine;
using Pylon.Testing;
using Pylon.Transcoding.Calls;

namespace Pylon.Gateway.Tests.OpenApi;

/// <summary>The document at /openapi.json says what the gateway really takes and answers.</summary>
public sealed partial class OpenApiTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private const string Rewrite = "PYLON_WRITE_DOCS";
    private const string Json = "application/json";
    private const string Problem = "application/problem+json";

    private HttpClient Http => fixture.Gateway.Http;

    [Fact]
    public async Task ServedDocumentIsTheCommittedCopy()
    {
        var copy = Path.Combine(Checkout.Find().Root, "docs", "openapi.json");

        var served = await Http.GetStringAsync("/openapi.json");

        if (Environment.GetEnvironmentVariable(Rewrite) is { Length: > 0 })
            await File.WriteAllTextAsync(copy, served);
        else
            Assert.True(served == await File.ReadAllTextAsync(copy), $"docs/openapi.json differs from the contract. Write it anew: {Rewrite}=1 ./pylon test Gateway");
    }

    [Fact]
    public async Task AnUnchangedDocumentIsNotSentAgain()
    {
        using var first = await Http.GetAsync("/openapi.json");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi.json") { Headers = { IfNoneMatch = { first.Headers.ETag! } } };

        using var second = await Http.SendAsync(request);

        Assert.Equal((HttpStatusCode.NotModified, ""), (second.StatusCode, await second.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task EveryEndpointIsAnOperationWithAnIdOfItsOwn()
    {
        var api = await ApiSchema.ReadAsync(Http);
        var index = JsonNode.Parse(await Http.GetStringAsync("/"))!;

        var listed = index["endpoints"]!.AsArray().Select(each => $"{each!["method"]} {Parents().Replace($"{each["path"]}", "{")}").Except(["GET /docs"]);

        Assert.Empty(listed.Except(api.Operations.Select(each => each.ToString())));
        Assert.Equal(api.Operations.Count(), api.Operations.Select(each => each.Id).Distinct().Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task RequestsMadeFromTheDocumentAreTakenAndAnsweredAsItSays(int seed)
    {
        var random = new Random(seed);
        await using var gateway = await TestGateway.StartAsync(new AnyUpstreams(new AnyMessage(random)));
        var api = await ApiSchema.ReadAsync(gateway.Http);
        var requests = new AnyRequest(api, random);
        var faults = new List<string>();

        foreach (var operation in api.Operations.Where(each => each.Id.Contains('_', StringComparison.Ordinal) && !IsOwn(each)))
            faults.AddRange((await FaultsAsync(gateway.Http, api, operation, requests)).Select(fault => $"{operation}: {fault}"));

        Assert.True(faults.Count == 0, string.Join('\n', faults.Take(30)));
    }

    [Fact]
    public async Task ProblemsAreThoseOfTheirOperation()
    {
        var api = await ApiSchema.ReadAsync(Http);

        await IsProblemAsync(api, "GET /api/v1/workloads/{id}", 404, Http.GetAsync("/api/v1/workloads/unknown"));
        await IsProblemAsync(api, "GET /api/v1/workloads", 400, Http.GetAsync("/api/v1/workloads?colour=red"));
        await IsProblemAsync(api, "POST /api/v1/workloads", 400, Http.PostAsync("/api/v1/workloads", Body("{")));
        await IsProblemAsync(api, "POST /api/v1/workloads", 413, Http.PostAsync("/api/v1/workloads", Body(new string(' ', 2_000_000))));
        await IsProblemAsync(api, "POST /api/v1/workloads", 415, Http.PostAsync("/api/v1/workloads", Body("{}", "text/plain")));
        await IsProblemAsync(api, "GET /api/v1/workloads", 431, Http.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/v1/workloads") { Headers = { { "X-Long", new string('a', 33_000) } } }));
        await IsProblemAsync(api, "GET /beckn/broadcast", 400, Http.GetAsync("/beckn/broadcast?after=nowhere"));
    }

    [Fact]
    public async Task UnreachableServiceIsAProblemOfItsOperation()
    {
        await using var gateway = await TestGateway.StartAsync();
        await gateway.StopServicesAsync();
        var api = await ApiSchema.ReadAsync(gateway.Http);

        await IsProblemAsync(api, "GET /api/v1/workloads/{id}", 503, gateway.Http.GetAsync("/api/v1/workloads/w"));
    }

    [Fact]
    public async Task TheGatewaysOwnEndpointsAnswerAsTheDocumentSays()
    {
        var api = await ApiSchema.ReadAsync(Http);

        foreach (var path in (string[])["/", "/health", "/healthz", "/health/ready", "/health/live", "/openapi.json", "/beckn/broadcast/poll"])
            await IsAnswerAsync(api, $"GET {path}", Http.GetAsync(path));
        await IsAnswerAsync(api, "POST /beckn/on_select", Http.PostAsync("/beckn/on_select", Body("{}")));
        using var refused = await Http.PostAsync("/beckn/on_select", Body("no JSON"));
        Assert.Empty(api.Faults(await refused.Content.ReadAsStringAsync(), api.Operations.Single(each => $"{each}" == "POST /beckn/on_select").Answer(api, 400, Json)!));
    }

    [Fact]
    public async Task EventsOfTheBroadcastAreThoseOfTheDocument()
    {
        await using var gateway = await TestGateway.StartAsync();
        var api = await ApiSchema.ReadAsync(gateway.Http);
        var operation = api.Operations.Single(each => $"{each}" == "GET /beckn/broadcast");
        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast");
        using var lines = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast", accept: StreamFormat.NdjsonType);

        gateway.Events.Publish(1, 1);

        var (_, data) = (await stream.NextAsync())!.Value;
        Assert.Empty(api.Faults(data.GetRawText(), operation.Answer(api, 200, StreamFormat.SseType, "x-oai-itemSchema")!["properties"]!["data"]!["contentSchema"]!));
        Assert.Empty(api.Faults((await lines.LineAsync())!, operation.Answer(api, 200, StreamFormat.NdjsonType, "x-oai-itemSchema")!));
    }

    [Fact]
    public async Task ThePageTakesNothingFromElsewhereAndRunsNothingInline()
    {
        using var page = await Http.GetAsync("/docs/index.html");
        var html = await page.Content.ReadAsStringAsync();

        Assert.StartsWith("default-src 'self'; img-src 'self' data:;", string.Join(';', page.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Empty(InlineScript().Matches(html).Select(match => match.Value));
        Assert.DoesNotContain("<style", html, StringComparison.Ordinal);
        var links = Link().Matches(html).Select(match => match.Groups["to"].Value).ToList();
        Assert.NotEmpty(links);
        foreach (var link in links)
        {
            using var part = await Http.GetAsync(new Uri(new Uri(Http.BaseAddress!, "/docs/index.html"), link));
            Assert.True(part.IsSuccessStatusCode && part.RequestMessage!.RequestUri!.Authority == Http.BaseAddress!.Authority, link);
        }
    }

    // The broadcast does not come from a service.
    private static bool IsOwn(ApiOperation operation) => operation.Id.StartsWith("Webhooks_", StringComparison.Ordinal) || operation.Id.StartsWith("Broadcast_", StringComparison.Ordinal);

    private static async Task<IReadOnlyList<string>> FaultsAsync(HttpClient http, ApiSchema api, ApiOperation operation, AnyRequest requests)
    {
        using var answer = await http.SendAsync(requests.Of(operation)).Within();
        var body = await answer.Content.ReadAsStringAsync();
        if (answer.StatusCode != HttpStatusCode.OK)
            return [$"{answer.RequestMessage!.RequestUri}: {body}"];
        if (operation.Answer(api, 200, Json) is { } schema)
            return [.. api.Faults(body, schema)];
        using var request = requests.Of(operation);
        request.Headers.Accept.ParseAdd(StreamFormat.SseType);
        using var events = await http.SendAsync(request).Within();
        var data = (await events.Content.ReadAsStringAsync()).Split('\n').Where(line => line.StartsWith("data: ", StringComparison.Ordinal)).Select(line => line[6..]).ToList();
        Assert.NotEmpty(data);
        return
        [
            .. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).SelectMany(line => api.Faults(line, operation.Answer(api, 200, StreamFormat.NdjsonType, "x-oai-itemSchema")!)),
            .. data.SelectMany(each => api.Faults(each, operation.Answer(api, 200, StreamFormat.SseType, "x-oai-itemSchema")!["properties"]!["data"]!["contentSchema"]!)),
        ];
    }

    private static async Task IsProblemAsync(ApiSchema api, string operation, int status, Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Empty(api.Faults(await answer.Content.ReadAsStringAsync(), api.Operations.Single(each => $"{each}" == operation).Answer(api, status, Problem)!));
    }

    private static async Task IsAnswerAsync(ApiSchema api, string operation, Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(api.Faults(await answer.Content.ReadAsStringAsync(), api.Operations.Single(each => $"{each}" == operation).Answer(api, 200, Json)!));
    }

    private static StringContent Body(string text, string type = Json) => new(text, Encoding.UTF8, type);

    // {operator.id} of the contract is {id} in the document.
    [GeneratedRegex(@"\{[^}]*\.")]
    private static partial Regex Parents();

    [GeneratedRegex("<script(?![^>]*src=)[^>]*>")]
    private static partial Regex InlineScript();

    [GeneratedRegex("(?:src|href)=\"(?<to>[^\"]+)\"")]
    private static partial Regex Link();
}
