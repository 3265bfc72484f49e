using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Polly.CircuitBreaker;
using Polly.Registry;
using Pylon.Orchestrator.Beckn;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class CircuitTests
{
    [Fact]
    public async Task CircuitOpensWhenMostRequestsFailAndClosesAfterTheBreak()
    {
        var time = new FakeTime(DateTimeOffset.UnixEpoch);
        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(time)
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Bpp:BaseUrl"] = "http://bpp.example",
                ["Bpp:BapUri"] = "http://bap.example",
                ["Bpp:BreakDuration"] = "00:00:05",
            }).Build())
            .AddBeckn()
            .BuildServiceProvider();
        var pipeline = services.GetRequiredService<ResiliencePipelineProvider<string>>().GetPipeline(BecknExchange.HttpClientName);

        for (var i = 0; i < 20; i++)
            await Assert.ThrowsAsync<HttpRequestException>(async () => await AskAsync(answers: false));
        await Assert.ThrowsAsync<BrokenCircuitException>(async () => await AskAsync(answers: true));
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await AskAsync(answers: true));
        Assert.True(await AskAsync(answers: true));

        ValueTask<bool> AskAsync(bool answers) =>
            pipeline.ExecuteAsync(_ => answers ? ValueTask.FromResult(true) : throw new HttpRequestException("HTTP 503"));
    }
}
