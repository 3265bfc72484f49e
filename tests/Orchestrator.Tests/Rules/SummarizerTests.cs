using System.Net.Sockets;
using Microsoft.Extensions.Options;
using Pylon.Common.V1;
using Pylon.Orchestrator.Llm;
using Pylon.Orchestrator.Summaries;
using Pylon.Orchestrator.Workloads;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class SummarizerTests
{
    [Fact]
    public async Task FailureOfGeminiIsLoggedWithItsCause()
    {
        var log = new RecordedLog();
        using var http = new HttpClient(new Failing(new HttpRequestException("refused", new SocketException((int)SocketError.ConnectionRefused))));
        var options = Options.Create(new GeminiOptions { ApiKey = "key" });
        var workload = new WorkloadRecord { Id = Guid.NewGuid(), Name = "training" };

        var offer = new OfferFacts([new Recommendation { Rank = 1 }], [], [], "");

        var (_, engine) = await new Summarizer(new Gemini(http, options), options, log.For<Summarizer>()).SummarizeAsync(workload, offer, default);

        Assert.Equal(SummaryEngines.BuiltInFallback, engine);
        Assert.Contains(nameof(SocketException), Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    private sealed class Failing(Exception failure) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw failure;
    }
}
