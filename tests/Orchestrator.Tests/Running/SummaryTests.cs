using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Tests.Running;

public sealed class SummaryTests
{
    [Fact]
    public async Task GeminiWritesWhenThereIsAKey()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--GEMINI_API_KEY=good-key");
        var workload = await stack.OfferedAsync("night batch");
        Assert.Equal(SummaryEngine.Gemini, workload.SummaryEngine);
        Assert.Contains("night batch", workload.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http_429")]
    [InlineData("http_500")]
    [InlineData("blocked_prompt")]
    [InlineData("empty_candidates")]
    [InlineData("malformed_body")]
    [InlineData("delay")]
    public async Task GeminiThatFailsDoesNotFailTheWorkload(string kind)
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", "--GEMINI_API_KEY=good-key", "--Gemini:Timeout=00:00:01");
        await stack.FaultAsync(new { kind, delay_ms = 20_000 }, of: "gemini");
        await FallsBackAsync(stack);
    }

    [Theory]
    [InlineData("--Gemini:ApiKey=bad-key")]
    [InlineData("--Gemini:ApiKey=key\nof two lines")]
    [InlineData("--Gemini:ApiKey=good-key", "--Gemini:BaseUrl=http://127.0.0.1:1/")]
    [InlineData("--Gemini:ApiKey=good-key", "--Gemini:BaseUrl=ftp://nowhere.example/")]
    public async Task GeminiThatIsSetUpWronglyDoesNotFailTheWorkload(params string[] settings)
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", settings);
        await FallsBackAsync(stack);
    }

    private static async Task FallsBackAsync(OrchestratorStack stack)
    {
        var workload = await stack.OfferedAsync();
        Assert.Equal((SummaryEngine.BuiltInFallback, 0), (workload.SummaryEngine, workload.Attempts));
        Assert.StartsWith("Three grid zones are on offer", workload.Summary, StringComparison.Ordinal);
    }
}
