using System.Net;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Tests;

public sealed class GeminiTests
{
    private const string Path = "/gemini/v1beta/models/gemini-2.0-flash:generateContent";
    private const string Prompt = """{"contents":[{"role":"user","parts":[{"text":"Summarise the run.\nWorkload: Test ML Training Job\nZones: 3"}]}]}""";

    [Fact]
    public async Task AnswerHasTheRealShapeAndNamesTheWorkload()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (status, body) = await sandbox.SendAsync(HttpMethod.Post, Path, Prompt, "a-key");
        Assert.Equal(HttpStatusCode.OK, status);
        var candidate = Assert.Single(body["candidates"]!);
        JsonAssert.Equal("STOP", candidate["finishReason"]);
        JsonAssert.Equal("model", candidate["content"]!["role"]);
        Assert.Contains("Test ML Training Job:", candidate["content"]!["parts"]![0]!["text"]!.Value<string>(), StringComparison.Ordinal);
        JsonAssert.Equal("gemini-2.0-flash", body["modelVersion"]);
        Assert.True(body["usageMetadata"]!["totalTokenCount"]!.Value<int>() > 0);
        JsonAssert.Equal(1, (await sandbox.GetAsync("/admin/gemini/requests")).Body["count"]);
    }

    [Fact]
    public async Task KeyIsRequired()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (forbidden, none) = await sandbox.SendAsync(HttpMethod.Post, Path, Prompt);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden);
        JsonAssert.Equal("PERMISSION_DENIED", none["error"]!["status"]);
        var (invalid, bad) = await sandbox.SendAsync(HttpMethod.Post, Path, Prompt, "bad-key");
        Assert.Equal(HttpStatusCode.BadRequest, invalid);
        JsonAssert.Equal("API_KEY_INVALID", bad["error"]!["details"]![0]!["reason"]);
    }

    [Theory]
    [InlineData("http_429", 429, "error.details[1].retryDelay")]
    [InlineData("http_500", 500, "error.status")]
    [InlineData("blocked_prompt", 200, "promptFeedback.blockReason")]
    [InlineData("empty_candidates", 200, "candidates")]
    public async Task FaultReplacesTheAnswerOnce(string kind, int status, string path)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.SendAsync(HttpMethod.Post, "/admin/gemini/faults", new JObject { ["kind"] = kind }.ToString());
        var (first, body) = await sandbox.SendAsync(HttpMethod.Post, Path, Prompt, "a-key");
        Assert.Equal(status, (int)first);
        Assert.NotNull(body.SelectToken(path));
        Assert.Null(body.SelectToken("candidates[0]"));
        var (_, next) = await sandbox.SendAsync(HttpMethod.Post, Path, Prompt, "a-key");
        Assert.NotNull(next.SelectToken("candidates[0].content.parts[0].text"));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("{}")]
    [InlineData("""{"contents":[7]}""")]
    public async Task RequestWithoutContentsIsRefused(string body)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (status, answer) = await sandbox.SendAsync(HttpMethod.Post, Path, body, "a-key");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        JsonAssert.Equal("INVALID_ARGUMENT", answer["error"]!["status"]);
    }

    [Fact]
    public async Task MalformedBodyIsNotJson()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.SendAsync(HttpMethod.Post, "/admin/gemini/faults", """{"kind":"malformed_body"}""");
        var (_, text) = await sandbox.SendTextAsync(HttpMethod.Post, Path, Prompt, "a-key");
        Assert.ThrowsAny<Newtonsoft.Json.JsonException>(() => Json.Parse(text));
    }
}
