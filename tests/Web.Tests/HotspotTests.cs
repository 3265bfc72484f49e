using System.Net;
using Grpc.Core;
using Pylon.Insights.V1;

namespace Pylon.Web.Tests;

public sealed class HotspotTests : IAsyncLifetime
{
    private const string Path = $"/web/hotspots/{Samples.HotspotId}";

    private TestWeb _web = null!;

    public async Task InitializeAsync() => _web = await TestWeb.StartAsync(Samples.Services());

    public async Task DisposeAsync() => await _web.DisposeAsync();

    [Fact]
    public async Task HotspotsAreGroupedByTheirCauseWithTheirFacts()
    {
        var page = await _web.PageAsync("/web/hotspots?severity=critical");

        Assert.Equal(("active", "critical"), (_web.Services.Single<ListHotspotsRequest>().Status, _web.Services.Single<ListHotspotsRequest>().Severity));
        foreach (var words in new[] { "Less efficient than usual", "SUP-001", "Critical", "410 kg CO₂", "35 %", "80 %", "Consolidate the loads", "SUP-001 exceeded emissions by 35 %." })
            Assert.Contains(words, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARecommendationIsApproved()
    {
        _web.Services.On<ApproveRecommendationRequest, ApproveRecommendationResponse>(_ => new ApproveRecommendationResponse());

        using var answer = await _web.PostAsync("/web/recommendations/m1/decide", ("hotspot", Samples.HotspotId), ("user", "ann"), ("note", "do it"), ("do", "approve"));

        Assert.Equal((HttpStatusCode.SeeOther, Path), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Equal(new ApproveRecommendationRequest { Id = "m1", UserId = "ann", Note = "do it" }, _web.Services.Single<ApproveRecommendationRequest>());
    }

    [Fact]
    public async Task ARejectionWithoutAReasonIsRefusedOnThePageOfTheHotspot()
    {
        _web.Services.Refuse<RejectRecommendationRequest>(StatusCode.InvalidArgument, "note: must be given");

        using var answer = await _web.PostAsync("/web/recommendations/m1/decide", ("hotspot", Samples.HotspotId), ("do", "reject"));
        var page = await TestWeb.TextAsync(answer);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Note: must be given.", page, StringComparison.Ordinal);
        Assert.Contains("Consolidate the loads", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AHotspotIsIgnoredUntilATime()
    {
        _web.Services.On<IgnoreHotspotRequest, IgnoreHotspotResponse>(_ => new IgnoreHotspotResponse());

        using var answer = await _web.PostAsync($"{Path}/ignore", ("user", "ann"), ("note", "repairs"), ("until", "2026-11-27T10:10"));

        Assert.Equal(HttpStatusCode.SeeOther, answer.StatusCode);
        Assert.Equal(new IgnoreHotspotRequest { Id = Samples.HotspotId, UserId = "ann", Reason = "repairs", Until = Samples.At(24) }, _web.Services.Single<IgnoreHotspotRequest>());
    }

    [Fact]
    public async Task AnAlertIsAcknowledged()
    {
        _web.Services.On<AcknowledgeAlertRequest, AcknowledgeAlertResponse>(_ => new AcknowledgeAlertResponse());

        using var answer = await _web.PostAsync("/web/alerts/a1/acknowledge");

        Assert.Equal("/web/hotspots", answer.Headers.Location?.OriginalString);
        Assert.Equal("a1", _web.Services.Single<AcknowledgeAlertRequest>().Id);
    }
}
