using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Insights.V1;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Hotspots;

public sealed class HotspotServiceTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task TheFirstAcknowledgementWinsAndOthersAreComments()
    {
        await using var stack = await StartAsync();
        var client = new HotspotService.HotspotServiceClient(stack.Channel);
        var id = await OpenAsync(stack, client);

        var answers = await Task.WhenAll(new[] { "ann", "ben" }.Select(user =>
            client.AcknowledgeHotspotAsync(new AcknowledgeHotspotRequest { Id = id, UserId = user, Note = $"{user} looks" }).ResponseAsync));

        var winner = Assert.Single(answers, answer => answer.Acknowledged).Hotspot.AcknowledgedBy;
        Assert.All(answers, answer => Assert.Equal((winner, "acknowledged"), (answer.Hotspot.AcknowledgedBy, answer.Hotspot.Status)));
        Assert.Equal(1L, await AuditAsync(stack, "hotspot_acknowledged"));
        Assert.Equal(1L, await AuditAsync(stack, "hotspot_comment"));
    }

    [Fact]
    public async Task AnAcknowledgementEndsWithItsTime()
    {
        await using var stack = await StartAsync();
        var client = new HotspotService.HotspotServiceClient(stack.Channel);
        var id = await OpenAsync(stack, client);
        await client.AcknowledgeHotspotAsync(new AcknowledgeHotspotRequest { Id = id, Until = Now.AddHours(1).ToTimestamp() });

        ((FakeTime)stack.Services.GetRequiredService<TimeProvider>()).Advance(TimeSpan.FromHours(1));
        // A scan of the worker, which began while the clock went on, may be the one that is answered.
        await Eventually.Is(
            async () =>
            {
                await client.ScanHotspotsAsync(new ScanHotspotsRequest());
                return (await client.GetHotspotAsync(new GetHotspotRequest { Id = id })).Hotspot.Status;
            },
            status => status == "open");
        Assert.Equal(2L, await AuditAsync(stack, "hotspot_opened"));
    }

    [Fact]
    public async Task APersonResolvesAndOpensAgain()
    {
        await using var stack = await StartAsync();
        var client = new HotspotService.HotspotServiceClient(stack.Channel);
        var id = await OpenAsync(stack, client);

        Assert.Equal("resolved", (await client.ResolveHotspotAsync(new ResolveHotspotRequest { Id = id, UserId = "ann" })).Hotspot.Status);
        Assert.Equal("resolved", (await client.ResolveHotspotAsync(new ResolveHotspotRequest { Id = id, UserId = "ben" })).Hotspot.Status);
        Assert.Equal(("open", 1), (await client.ReopenHotspotAsync(new ReopenHotspotRequest { Id = id })) is { Hotspot: var one } ? (one.Status, one.Reopened) : default);
        Assert.Equal(("open", 1), (await client.ReopenHotspotAsync(new ReopenHotspotRequest { Id = id })) is { Hotspot: var two } ? (two.Status, two.Reopened) : default);

        var transitions = await client.ListHotspotTransitionsAsync(new ListHotspotTransitionsRequest { Id = id });
        Assert.Equal(["opened", "resolved", "reopened"], transitions.Transitions.Select(transition => transition.Transition));
        Assert.Equal("ann", transitions.Transitions[1].UserId);
    }

    [Fact]
    public async Task TheHoursRoundAHotspotStandBesideWhatIsNormalThen()
    {
        await using var stack = await StartAsync();
        var client = new HotspotService.HotspotServiceClient(stack.Channel);
        var hotspot = (await client.GetHotspotAsync(new GetHotspotRequest { Id = await OpenAsync(stack, client) })).Hotspot;

        var hours = (await client.ListHotspotHoursAsync(new ListHotspotHoursRequest { Id = hotspot.Id })).Hours;

        Assert.Equal(hotspot.LastHour, hours[^1].Hour);
        Assert.Equal((hotspot.PredictedCo2, hotspot.BaselineCo2), (Math.Round(hours.Max(hour => hour.Co2Kg), 6), Math.Round(hours[^1].NormalKg, 6)));
        Assert.All(hours, hour => Assert.True(hour.HasNormalKg && hour.MostNormalKg >= hour.NormalKg && hour.Hour >= hotspot.FirstHour.ToDateTimeOffset().AddDays(-2).ToTimestamp()));
        Assert.Equal(50, hours.Count);
        Assert.Equal(StatusCode.NotFound, (await Assert.ThrowsAsync<RpcException>(() => client.ListHotspotHoursAsync(new ListHotspotHoursRequest { Id = Guid.NewGuid().ToString() }).ResponseAsync)).StatusCode);
    }

    [Fact]
    public async Task IgnoringNeedsAReasonAndAnEnd()
    {
        await using var stack = await StartAsync();
        var client = new HotspotService.HotspotServiceClient(stack.Channel);
        var id = await OpenAsync(stack, client);

        await RefusedAsync("reason", () => client.IgnoreHotspotAsync(new IgnoreHotspotRequest { Id = id, Until = Now.AddDays(1).ToTimestamp() }).ResponseAsync);
        await RefusedAsync("until", () => client.IgnoreHotspotAsync(new IgnoreHotspotRequest { Id = id, Reason = "works" }).ResponseAsync);
        await RefusedAsync("until", () => client.IgnoreHotspotAsync(new IgnoreHotspotRequest { Id = id, Reason = "works", Until = Now.ToTimestamp() }).ResponseAsync);

        var ignored = await client.IgnoreHotspotAsync(new IgnoreHotspotRequest { Id = id, Reason = "works", Until = Now.AddDays(1).ToTimestamp(), UserId = "ann" });
        Assert.Equal(("ignored", "works"), (ignored.Hotspot.Status, ignored.Hotspot.Note));
        Assert.Empty((await client.ListHotspotsAsync(new ListHotspotsRequest { Status = "active" })).Hotspots);
        Assert.Equal(id, Assert.Single((await client.ListHotspotsAsync(new ListHotspotsRequest { Status = "ignored" })).Hotspots).Id);
    }

    [Fact]
    public async Task WhatIsAcceptedIsNormalAtOnce()
    {
        await using var stack = await StartAsync();
        var client = new HotspotService.HotspotServiceClient(stack.Channel);
        var id = await OpenAsync(stack, client);

        var accepted = await client.AcceptHotspotAsNormalAsync(new AcceptHotspotAsNormalRequest { Id = id, UserId = "ann", Note = "a new line" });

        Assert.Equal(("resolved", 1.35), (accepted.Hotspot.Status, Math.Round(accepted.Ratio, 9)));
        Assert.Equal(1L, await AuditAsync(stack, "hotspot_accepted_as_normal"));
        var refused = await Assert.ThrowsAsync<RpcException>(() => client.AcceptHotspotAsNormalAsync(new AcceptHotspotAsNormalRequest { Id = id }).ResponseAsync);
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        var baselines = await client.ListBaselinesAsync(new ListBaselinesRequest { Entity = "PLANT-1", PageSize = 1 });
        Assert.Equal(135, Assert.Single(baselines.Baselines).BaselineValue, 6);

        await new SomeEntity(stack.Database, 1, "PLANT-1").SetAsync(Now, 140, 138, 141);
        ((FakeTime)stack.Services.GetRequiredService<TimeProvider>()).Advance(TimeSpan.FromHours(3));
        Assert.Equal(0, (await client.ScanHotspotsAsync(new ScanHotspotsRequest())).HotspotsFound);
    }

    [Fact]
    public async Task ListsTakeTheWordsOfTheSeedAndRefuseOthers()
    {
        await using var stack = await StartAsync();
        var client = new HotspotService.HotspotServiceClient(stack.Channel);
        var id = await OpenAsync(stack, client);

        Assert.Equal(id, Assert.Single((await client.ListHotspotsAsync(new ListHotspotsRequest { Status = "active", Severity = "critical", Limit = 100 })).Hotspots).Id);
        Assert.Empty((await client.ListHotspotsAsync(new ListHotspotsRequest { Severity = "info" })).Hotspots);
        Assert.Equal(id, Assert.Single((await client.ListTopHotspotsAsync(new ListTopHotspotsRequest())).Hotspots).Id);
        var stats = await client.GetHotspotStatsAsync(new GetHotspotStatsRequest());
        Assert.Equal((1, 1, 0, 0, 1), (stats.Total, stats.BySeverity.Critical, stats.BySeverity.Warn, stats.BySeverity.Info, stats.ByEntityType["factory"]));

        await RefusedAsync("status", () => client.ListHotspotsAsync(new ListHotspotsRequest { Status = "ACTIVE" }).ResponseAsync);
        await RefusedAsync("severity", () => client.ListHotspotsAsync(new ListHotspotsRequest { Severity = "high" }).ResponseAsync);
        await RefusedAsync("limit", () => client.ListHotspotsAsync(new ListHotspotsRequest { Limit = 101 }).ResponseAsync);
        await RefusedAsync("limit", () => client.ListHotspotsAsync(new ListHotspotsRequest { Limit = 0 }).ResponseAsync);
        await RefusedAsync("limit", () => client.ListTopHotspotsAsync(new ListTopHotspotsRequest { Limit = 21 }).ResponseAsync);
        await RefusedAsync("id", () => client.GetHotspotAsync(new GetHotspotRequest { Id = "x" }).ResponseAsync);
    }

    [Fact]
    public async Task BaselinesAreListedInPages()
    {
        await using var stack = await StartAsync();
        var client = new HotspotService.HotspotServiceClient(stack.Channel);
        await OpenAsync(stack, client);

        var first = await client.ListBaselinesAsync(new ListBaselinesRequest { PageSize = 100 });
        var second = await client.ListBaselinesAsync(new ListBaselinesRequest { PageSize = 100, PageToken = first.NextPageToken });

        Assert.Equal(Enumerable.Range(0, 168), first.Baselines.Concat(second.Baselines).Select(baseline => baseline.HourOfWeek));
        Assert.Equal("", second.NextPageToken);
        var one = first.Baselines[0];
        Assert.Equal(("PLANT-1", 100, 25, 8, "median of the hour of week"), (one.Entity, one.BaselineValue, one.Band, one.SampleSize, one.CalculationMethod));
        Assert.Equal(20, one.BaselineCo2, 9);
    }

    private static Task<InsightsStack> StartAsync() => InsightsStack.StartAsync(
        builder => builder.Services.AddSingleton<TimeProvider>(new FakeTime(Now)), "--Hotspots:Regions=false");

    private static async Task<string> OpenAsync(InsightsStack stack, HotspotService.HotspotServiceClient client)
    {
        var entity = await SomeEntity.CreateAsync(stack.Database);
        await entity.SetNormalAsync(Now.AddHours(-2));
        await entity.SetAsync(Now.AddHours(-2), 130, 140);
        return (await client.ScanHotspotsAsync(new ScanHotspotsRequest())).Hotspots.Single().Id;
    }

    private static async Task RefusedAsync(string field, Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.StartsWith(field, refused.Status.Detail, StringComparison.Ordinal);
    }

    private static Task<long> AuditAsync(InsightsStack stack, string action) =>
        stack.Database.Database.ScalarAsync<long>($"SELECT count(*) FROM insights.audit_logs WHERE action = '{action}'");
}
