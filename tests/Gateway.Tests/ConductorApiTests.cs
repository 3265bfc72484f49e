using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Pylon.Gateway.Tests;

/// <summary>Answers of the gateway itself on the path that clients of the Batch Conductor Service use.</summary>
public sealed class ConductorApiTests : IAsyncLifetime
{
    private const string Define = "/internal/v1/pipelines/define";
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync("--PYLON_CONDUCTOR=http://127.0.0.1:1");

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    [Fact]
    public async Task OtherMethodIsNotAllowed()
    {
        var answer = await _gateway.Http.GetAsync(Define);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal("POST", Assert.Single(answer.Content.Headers.Allow));
    }

    [Fact]
    public async Task FieldOfTheWrongTypeIsNamed()
    {
        var answer = await _gateway.Http.PostAsync(Define, new StringContent("""{"batch_id": ["b"], "requested_pipeline": "nlp"}""", Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("batch_id", problem.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task UnreachableConductorIsAnsweredWithErrorAndDetail()
    {
        var answer = await _gateway.Http.PostAsJsonAsync(Define, new { batch_id = "b", requested_pipeline = "nlp" });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("Service Unavailable", problem.GetProperty("error").GetString());
        Assert.NotEmpty(problem.GetProperty("detail").GetString()!);
    }
}
