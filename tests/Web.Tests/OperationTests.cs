using Pylon.Ingestion.V1;
using Pylon.Orchestrator.V1;
using Conducting = Pylon.Conductor.V1;

namespace Pylon.Web.Tests;

public sealed class OperationTests : IAsyncLifetime
{
    private TestWeb _web = null!;

    public async Task InitializeAsync() => _web = await TestWeb.StartAsync(Samples.Services());

    public async Task DisposeAsync() => await _web.DisposeAsync();

    [Fact]
    public async Task RunsQuarantineAndDeadLettersAreShown()
    {
        var page = await _web.PageAsync("/web/system");

        foreach (var words in new[] { "did not answer", "12 values", "2.0 s", "the price is no number", "No provider answered", "train the model", "Hotspot acknowledged", "I look" })
            Assert.Contains(words, page, StringComparison.Ordinal);
        Assert.Equal(1, page.Split(">Discard<").Length - 1);
    }

    [Fact]
    public async Task ADeadLetterOfAWorkloadReplaysTheWorkload()
    {
        _web.Services.On<ReplayWorkloadRequest, ReplayWorkloadResponse>(_ => new ReplayWorkloadResponse());

        using var answer = await _web.PostAsync("/web/system/dead-letters/l1/replay", ("workload", Samples.WorkloadId), ("do", "replay"));

        Assert.Equal("/web/system", answer.Headers.Location?.OriginalString);
        Assert.Equal(Samples.WorkloadId, _web.Services.Single<ReplayWorkloadRequest>().Id);
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("discard")]
    public async Task ADeadLetterOfAnEventIsSettledAtTheConductor(string what)
    {
        _web.Services.On<Conducting.ReplayDeadLetterRequest, Conducting.ReplayDeadLetterResponse>(_ => new Conducting.ReplayDeadLetterResponse());
        _web.Services.On<Conducting.DiscardDeadLetterRequest, Conducting.DiscardDeadLetterResponse>(_ => new Conducting.DiscardDeadLetterResponse());

        using var answer = await _web.PostAsync("/web/system/dead-letters/l2/replay", ("workload", ""), ("do", what));

        Assert.Equal("/web/system", answer.Headers.Location?.OriginalString);
        Assert.Equal(what == "replay" ? [] : ["l2"], _web.Services.Received.OfType<Conducting.DiscardDeadLetterRequest>().Select(request => request.Id));
        Assert.Equal(what == "replay" ? ["l2"] : [], _web.Services.Received.OfType<Conducting.ReplayDeadLetterRequest>().Select(request => request.Id));
    }

    [Fact]
    public async Task TheSourcesAreReadOnDemand()
    {
        _web.Services.On<RunPipelineRequest, RunPipelineResponse>(_ => new RunPipelineResponse());

        using var answer = await _web.PostAsync("/web/system/runs");

        Assert.Equal("/web/system", answer.Headers.Location?.OriginalString);
        _web.Services.Single<RunPipelineRequest>();
    }
}
