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

        using var answer = await _web.PostAsync($"{Path}/recommendations/m1/decide", ("user", "ann"), ("note", "do it"), ("do", "approve"));

        Assert.Equal((HttpStatusCode.SeeOther, Path), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Equal(new ApproveRecommendationRequest { Id = "m1", UserId = "ann", Note = "do it" }, _web.Services.Single<ApproveRecommendationRequest>());
    }

    [Fact]
    public async Task ARejectionWithoutAReasonIsRefusedOnThePageOfTheHotspotWithWhatWasFilledIn()
    {
        _web.Services.Refuse<RejectRecommendationRequest>(StatusCode.InvalidArgument, "note: must be given");

        using var answer = await _web.PostAsync($"{Path}/recommendations/m1/decide", ("user", "ann"), ("do", "reject"));
        var page = await TestWeb.TextAsync(answer);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Note: must be given.", page, StringComparison.Ordinal);
        Assert.Contains("Consolidate the loads", page, StringComparison.Ordinal);
        Assert.Contains("<details open><summary>Decide</summary>", page, StringComparison.Ordinal);
        Assert.Contains("name=\"user\" maxlength=\"200\" value=\"ann\"", page, StringComparison.Ordinal);
        Assert.Single(page.Split("<details open>").Skip(1));
    }

    [Fact]
    public async Task WhatWasApprovedIsToldToBeCarriedOut()
    {
        var approved = Samples.Measure();
        approved.Status = "approved";
        _web.Services.On<ListRecommendationsRequest, ListRecommendationsResponse>(_ => new ListRecommendationsResponse { Recommendations = { approved } });
        _web.Services.On<ImplementRecommendationRequest, ImplementRecommendationResponse>(_ => new ImplementRecommendationResponse());

        Assert.Contains($"action=\"{Path}/recommendations/m1/implement\"", await _web.PageAsync(Path), StringComparison.Ordinal);
        using var answer = await _web.PostAsync($"{Path}/recommendations/m1/implement", ("user", "ann"), ("note", "since Monday"), ("when", "2026-11-26T09:10"));

        Assert.Equal((HttpStatusCode.SeeOther, Path), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Equal(new ImplementRecommendationRequest { Id = "m1", UserId = "ann", Note = "since Monday", ImplementedAt = Samples.At(-1) }, _web.Services.Single<ImplementRecommendationRequest>());
    }

    [Fact]
    public async Task WorkThatCanMoveIsShownWhereThereMayBeSomeAndChosen()
    {
        Assert.DoesNotContain("Work that can move", await _web.PageAsync(Path), StringComparison.Ordinal);
        var hotspot = Samples.Hotspot();
        (hotspot.EntityType, hotspot.Kind) = ("data_centre", "compute");
        var window = new Common.V1.Window { StartTime = Samples.At(1), EndTime = Samples.At(3) };
        _web.Services.On<GetHotspotRequest, GetHotspotResponse>(_ => new GetHotspotResponse { Hotspot = hotspot });
        _web.Services.On<ListShiftProposalsRequest, ListShiftProposalsResponse>(_ => new ListShiftProposalsResponse
        {
            Proposals = { new ShiftProposal { Id = "p1", HotspotId = Samples.HotspotId, WorkloadId = Samples.WorkloadId, WorkloadName = "nightly", Status = "proposed", WindowBefore = window, RegionBefore = 13, Window = window, RegionId = 1, SavingKg = 12, SavingPercent = 40 } },
        });
        _web.Services.On<ChooseShiftProposalRequest, ChooseShiftProposalResponse>(_ => new ChooseShiftProposalResponse());

        var page = await _web.PageAsync(Path);
        foreach (var words in new[] { "Work that can move", "nightly", "London", "North Scotland", "12 kg CO₂ (40 %)", "Waits for a choice" })
            Assert.Contains(words, page, StringComparison.Ordinal);
        using var answer = await _web.PostAsync($"{Path}/shifts/p1/choose");

        Assert.Equal((HttpStatusCode.SeeOther, Path), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Equal("p1", _web.Services.Single<ChooseShiftProposalRequest>().Id);
    }

    [Fact]
    public async Task AnAlertThatIsNotSilencedKeepsWhatWasFilledIn()
    {
        _web.Services.Refuse<SilenceAlertRequest>(StatusCode.InvalidArgument, "ends_at: must be in the future");

        using var answer = await _web.PostAsync("/web/alerts/a1/silence", ("until", "2026-11-20T10:10"), ("reason", "repairs"), ("user", "ann"), ("request_id", "r1"));
        var page = await TestWeb.TextAsync(answer);

        foreach (var words in new[] { "Ends at: must be in the future.", "<details open><summary>Silence such alerts</summary>", "value=\"2026-11-20T10:10\"", "value=\"repairs\"", "value=\"ann\"", "value=\"r1\"" })
            Assert.Contains(words, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnEndThatIsNoTimeSilencesNothing()
    {
        using var answer = await _web.PostAsync("/web/alerts/a1/silence", ("until", "2026-11-27T10:10+05:00"), ("reason", "repairs"));

        Assert.Contains("Until: must be a time such as 2026-11-26T09:30.", await TestWeb.TextAsync(answer), StringComparison.Ordinal);
        Assert.Empty(_web.Services.Received.OfType<SilenceAlertRequest>());
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

    [Fact]
    public async Task AnAlertIsSilencedUntilATimeAndASilenceIsEnded()
    {
        _web.Services.On<SilenceAlertRequest, SilenceAlertResponse>(_ => new SilenceAlertResponse());
        _web.Services.On<EndSilenceRequest, EndSilenceResponse>(_ => new EndSilenceResponse());
        var page = await _web.PageAsync("/web/hotspots");
        Assert.Contains("SUP-002 (supplier) more activity than usual: a fair", page, StringComparison.Ordinal);
        Assert.Contains("by ann, 2 alerts silenced", page, StringComparison.Ordinal);

        using var silenced = await _web.PostAsync("/web/alerts/a1/silence", ("until", "2026-11-27T10:10"), ("reason", "repairs"), ("user", "ann"), ("request_id", "r1"));
        using var ended = await _web.PostAsync("/web/silences/s1/end");

        Assert.Equal((HttpStatusCode.SeeOther, HttpStatusCode.SeeOther), (silenced.StatusCode, ended.StatusCode));
        Assert.Equal(new SilenceAlertRequest { AlertId = "a1", EndsAt = Samples.At(24), Reason = "repairs", UserId = "ann", RequestId = "r1" }, _web.Services.Single<SilenceAlertRequest>());
        Assert.Equal("s1", _web.Services.Single<EndSilenceRequest>().Id);
    }

    [Fact]
    public async Task AHotspotShowsItsHoursBesideWhatIsNormal()
    {
        var page = await _web.PageAsync(Path);

        foreach (var line in new[] { "Actual", "Normal", "still normal" })
            Assert.Contains($"</svg>{line}", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheWorstEventIsComputedInAnotherWay()
    {
        Assert.Contains("120 km, 450 kg of load, truck diesel, 12 kg CO₂ counted", await _web.PageAsync(Path), StringComparison.Ordinal);
        Assert.Empty(_web.Services.Received.OfType<SimulateRequest>());
        _web.Services.On<SimulateRequest, SimulateResponse>(_ => new SimulateResponse { BaselineKg = 12, ModifiedKg = 9, DeltaKg = -3, DeltaPercent = -25, Distinguishable = true, Assumptions = { "The way is the same." } });

        var page = await _web.PageAsync($"{Path}?change=distance&percent=25");

        var request = _web.Services.Single<SimulateRequest>();
        Assert.Equal(("logistics", 120.0, 450.0, "truck_diesel"), (request.ScenarioType, request.BaselineFeatures.Fields["distance_km"].NumberValue, request.BaselineFeatures.Fields["load_kg"].NumberValue, request.BaselineFeatures.Fields["vehicle_type"].StringValue));
        Assert.Equal(("distance", 0.25), (request.Levers[0].Lever, request.Levers[0].Parameters.Fields["reduction"].NumberValue));
        foreach (var words in new[] { "9 kg CO₂", "−25 %", "The way is the same." })
            Assert.Contains(words, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWayThatIsNotPossibleIsSaidBesideTheQuestion()
    {
        _web.Services.Refuse<SimulateRequest>(StatusCode.FailedPrecondition, "rail: no line goes there");

        var page = await _web.PageAsync($"{Path}?change=mode_shift");

        Assert.Contains("Rail: no line goes there.", page, StringComparison.Ordinal);
        Assert.Contains("By an electric truck", page, StringComparison.Ordinal);
    }
}
