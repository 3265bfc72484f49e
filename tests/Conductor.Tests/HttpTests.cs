using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>The path of BCS, the Batch Conductor Service, on the Conductor's own HTTP port.</summary>
[Collection(MetricsGroup.Name)]
public sealed class HttpTests : IAsyncLifetime
{
    private const string Define = "/internal/v1/pipelines/define";
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    public async Task InitializeAsync() => await StartAsync("--BCS_USE_MOCK_REPOSITORY=true");

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task ADefinitionIsAnsweredAsBcsDoes()
    {
        var answer = await _http.PostAsJsonAsync(Define, new { batch_id = "b", requested_pipeline = "nlp", correlation_id = "c" });
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(["batch_id", "final_pipeline", "analysis_summary"], body.EnumerateObject().Select(p => p.Name));
        Assert.Equal(["spellcheck", "nlp"], body.GetProperty("final_pipeline").EnumerateArray().Select(p => p.GetString()!));
        Assert.Equal(HttpStatusCode.OK, (await _http.PostAsJsonAsync(Define, new { batch_id = "b", requested_pipeline = "nlp" })).StatusCode);
        foreach (var path in new[] { "/healthz", "/metrics" })
            Assert.Equal(HttpStatusCode.OK, (await _http.GetAsync(path)).StatusCode);
    }

    [Theory]
    [InlineData("""{"requested_pipeline":"nlp"}""", "batch_id")]
    [InlineData("""{"batch_id":"b"}""", "requested_pipeline")]
    [InlineData("""{"batch_id":["b"],"requested_pipeline":"nlp"}""", "batch_id")]
    [InlineData("""{"batch_id":"b","requested_pipeline":"magic"}""", "requested_pipeline")]
    [InlineData("""{"batch_id":"b","requested_pipeline":"student_matching"}""", "requested_pipeline")]
    [InlineData("""{"batch_id":"\ud800","requested_pipeline":"nlp"}""", "batch_id")]
    public async Task AWrongFieldIsNamed(string json, string field)
    {
        var answer = await _http.PostAsync(Define, new StringContent(json, Encoding.UTF8, "application/json"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(field, problem.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task ABodyThatIsNoObjectIsABadRequest(string body) => Assert.Equal(
        HttpStatusCode.BadRequest, (await _http.PostAsync(Define, new StringContent(body, Encoding.UTF8, "application/json"))).StatusCode);

    [Fact]
    public async Task OtherMethodsAreNotAllowed()
    {
        var answer = await _http.GetAsync(Define);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal("POST", Assert.Single(answer.Content.Headers.Allow));
    }

    [Fact]
    public async Task AnUnreachableStoreIsAnsweredWithErrorAndDetail()
    {
        await DisposeAsync();
        await using var database = await ConductorDatabase.CreateAsync();
        await using var redis = await TestRedis.PrivateAsync();
        await StartAsync($"--PYLON_POSTGRES={database.Database.Uri}", $"--PYLON_REDIS={redis.Address}", "--Conductor:CallBound=00:00:00.2");
        await redis.KillAsync();
        var answer = await _http.PostAsJsonAsync(Define, new { batch_id = "b", requested_pipeline = "nlp" });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("Service Unavailable", problem.GetProperty("error").GetString());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }

    private async Task StartAsync(params string[] args)
    {
        _app = Program.Build(["--PYLON_GRPC_PORT=0", "--PYLON_HTTP_PORT=0", "--Logging:LogLevel:Default=None", .. args]);
        await _app.StartAsync();
        _http = new HttpClient { BaseAddress = new Uri(_app.Urls.Last()) };
    }
}
