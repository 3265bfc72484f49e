using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pylon.Events.V1;
using Pylon.Insights.V1;
using Pylon.Messaging;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Alerts;

public sealed class AlertServiceTests : IAsyncLifetime
{
    private InsightsStack _stack = null!;
    private int _raised;
    private AlertService.AlertServiceClient _client = null!;

    private NpgsqlDataSource Database => _stack.Database.DataSource;

    public async Task InitializeAsync()
    {
        _stack = await InsightsStack.StartAsync();
        _client = new AlertService.AlertServiceClient(_stack.Channel);
    }

    public async Task DisposeAsync() => await _stack.DisposeAsync();

    [Fact]
    public async Task Alerts_are_listed_by_level_newest_first_page_by_page()
    {
        await RaiseAsync("warn", 3);
        await RaiseAsync("critical", 4);

        var first = await _client.ListAlertsAsync(new ListAlertsRequest { Level = "critical", Limit = 3 });
        var second = await _client.ListAlertsAsync(new ListAlertsRequest { Level = "critical", Limit = 3, PageToken = first.NextPageToken });

        Assert.Equal([3, 1], [first.Alerts.Count, second.Alerts.Count]);
        Assert.Equal("", second.NextPageToken);
        Alert[] all = [.. first.Alerts, .. second.Alerts];
        Assert.Equal(4, all.Select(alert => alert.Id).Distinct().Count());
        Assert.All(all, alert => Assert.Equal("critical", alert.Level));
        Assert.Equal(all.OrderByDescending(alert => alert.CreatedAt.ToDateTime()), all);
        Assert.Equal(4, (await _client.ListCriticalAlertsAsync(new ListCriticalAlertsRequest())).Alerts.Count);
        Assert.Equal(7, (await _client.ListAlertsAsync(new ListAlertsRequest())).Alerts.Count);
    }

    [Fact]
    public async Task Stats_count_each_level_also_when_it_has_none()
    {
        await RaiseAsync("critical", 2);

        var stats = await _client.GetAlertStatsAsync(new GetAlertStatsRequest());

        Assert.Equal(2, stats.Total);
        Assert.Equal(new Dictionary<string, int> { ["critical"] = 2, ["warn"] = 0, ["info"] = 0 }, stats.ByLevel.ToDictionary());
        Assert.Equal((2, 0), (stats.Unacknowledged, stats.Silenced));
    }

    [Theory]
    [InlineData("CRITICAL", 0, "level must be info, warn or critical")]
    [InlineData("", 101, "limit must be from 1 to 100")]
    [InlineData("", -1, "limit must be from 1 to 100")]
    public async Task A_wrong_filter_is_refused_and_says_what_is_allowed(string level, int limit, string expected)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _client.ListAlertsAsync(new ListAlertsRequest { Level = level, Limit = limit }));

        Assert.Equal((StatusCode.InvalidArgument, expected), (refused.StatusCode, refused.Status.Detail));
    }

    [Fact]
    public async Task Of_two_who_acknowledge_at_once_one_wins_and_the_other_is_told_who_did()
    {
        var id = await RaiseAsync("critical");

        var answers = await Task.WhenAll(new[] { "ann", "bob" }.Select(async user =>
            (User: user, Answer: await _client.AcknowledgeAlertAsync(new AcknowledgeAlertRequest { Id = id, UserId = user, Note = $"note of {user}" }))));

        var winner = Assert.Single(answers, a => a.Answer.Status == "acknowledged");
        var other = Assert.Single(answers, a => a.Answer.Status == "already_acknowledged");
        Assert.All(answers, a => Assert.Equal((true, winner.User), (a.Answer.Alert.Acknowledged, a.Answer.Alert.AcknowledgedBy)));
        Assert.StartsWith($"{winner.User} acknowledged this alert at ", other.Answer.Message, StringComparison.Ordinal);
        var history = (await _client.ListAlertHistoryAsync(new ListAlertHistoryRequest { Id = id })).Entries;
        Assert.Contains(history, e => e.What == "acknowledged" && e.UserId == winner.User);
        Assert.Contains(history, e => e.What == "commented" && e.UserId == other.User && e.Note == $"note of {other.User}");
        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM insights.outbox WHERE type = 'pylon.alert.acknowledged.v1'"));
        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM insights.audit_logs WHERE action = 'alert_acknowledged'"));
    }

    [Fact]
    public async Task The_same_acknowledgement_again_changes_nothing()
    {
        var id = await RaiseAsync("critical");
        var request = new AcknowledgeAlertRequest { Id = id, UserId = "ann", Note = "on it" };

        var first = await _client.AcknowledgeAlertAsync(request);
        var second = await _client.AcknowledgeAlertAsync(request);

        Assert.Equal(first, second);
        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM insights.alert_history WHERE what IN ('acknowledged', 'commented')"));
    }

    [Fact]
    public async Task An_acknowledged_alert_is_still_in_the_list()
    {
        var id = await RaiseAsync("critical");
        await RaiseAsync("critical");
        await _client.AcknowledgeAlertAsync(new AcknowledgeAlertRequest { Id = id });

        Assert.Equal(2, (await _client.ListAlertsAsync(new ListAlertsRequest())).Alerts.Count);
        Assert.Equal(id, Assert.Single((await _client.ListAlertsAsync(new ListAlertsRequest { Acknowledged = true })).Alerts).Id);
        Assert.NotEqual(id, Assert.Single((await _client.ListAlertsAsync(new ListAlertsRequest { Acknowledged = false })).Alerts).Id);
    }

    [Fact]
    public async Task An_acknowledgement_in_the_past_is_refused()
    {
        var id = await RaiseAsync("critical");
        var request = new AcknowledgeAlertRequest { Id = id, Until = Timestamp.FromDateTimeOffset(DateTimeOffset.UnixEpoch) };

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _client.AcknowledgeAlertAsync(request));

        Assert.Equal("until must be in the future, at most 366 days from now", refused.Status.Detail);
    }

    [Fact]
    public async Task An_unknown_alert_is_not_found()
    {
        var id = Guid.NewGuid().ToString();

        var get = await Assert.ThrowsAsync<RpcException>(async () => await _client.GetAlertAsync(new GetAlertRequest { Id = id }));
        var acknowledge = await Assert.ThrowsAsync<RpcException>(async () => await _client.AcknowledgeAlertAsync(new AcknowledgeAlertRequest { Id = id }));
        var history = await Assert.ThrowsAsync<RpcException>(async () => await _client.ListAlertHistoryAsync(new ListAlertHistoryRequest { Id = id }));

        Assert.All([get, acknowledge, history], e => Assert.Equal("ALERT_NOT_FOUND", e.Reason()));
    }

    [Fact]
    public async Task A_comment_with_a_request_id_is_made_once()
    {
        var id = await RaiseAsync("warn");
        var request = new CommentAlertRequest { Id = id, UserId = "ann", Note = "the furnace", RequestId = "r1" };

        var first = await _client.CommentAlertAsync(request);
        var again = await _client.CommentAlertAsync(request);
        var reused = await Assert.ThrowsAsync<RpcException>(async () => await _client.CommentAlertAsync(
            new CommentAlertRequest { Id = id, UserId = "ann", Note = "the boiler", RequestId = "r1" }));

        Assert.Equal(first, again);
        Assert.Equal("REQUEST_ID_REUSED", reused.Reason());
        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM insights.alert_history WHERE what = 'commented'"));
    }

    [Fact]
    public async Task The_history_has_what_happened_in_its_order_page_by_page()
    {
        var id = await RaiseAsync("warn");
        await _client.AcknowledgeAlertAsync(new AcknowledgeAlertRequest { Id = id, UserId = "ann", Note = "seen" });
        await _client.CommentAlertAsync(new CommentAlertRequest { Id = id, UserId = "bob", Note = "the furnace" });

        var first = await _client.ListAlertHistoryAsync(new ListAlertHistoryRequest { Id = id, PageSize = 2 });
        var second = await _client.ListAlertHistoryAsync(new ListAlertHistoryRequest { Id = id, PageSize = 2, PageToken = first.NextPageToken });

        Assert.Equal(["raised", "acknowledged", "commented"], first.Entries.Concat(second.Entries).Select(e => e.What));
        Assert.Equal((35.2, 1234.56), (first.Entries[0].PercentAbove, first.Entries[0].ImpactKg));
        Assert.Equal("", second.NextPageToken);
    }

    [Fact]
    public async Task Events_of_an_alert_reach_the_event_stream_of_the_broadcast()
    {
        var id = await RaiseAsync("critical");
        await _client.AcknowledgeAlertAsync(new AcknowledgeAlertRequest { Id = id, UserId = "ann" });
        var stream = _stack.Services.GetRequiredService<IEventStream>();

        var events = await Eventually.Is(
            async () => (await stream.ReadAsync(new Dictionary<string, string> { ["insights"] = stream.Start }, 100, CancellationToken.None))
                .Where(e => e.Event.Type.StartsWith("pylon.alert.", StringComparison.Ordinal)).ToList(),
            read => read.Count == 2);

        Assert.Equal(["pylon.alert.raised.v1", "pylon.alert.acknowledged.v1"], events.Select(e => e.Event.Type));
        Assert.Equal(
            (id, "critical", "pylon/insights"), (events[0].Event.AlertRaised.Alert.Id, events[0].Event.AlertRaised.Alert.Level, events[0].Event.Source));
        Assert.StartsWith("SUP-001 exceeded emissions by 35.2%", events[0].Event.AlertRaised.Alert.Message, StringComparison.Ordinal);
        Assert.Equal("ann", events[1].Event.AlertAcknowledged.Alert.AcknowledgedBy);
    }

    private async Task<string> RaiseAsync(string level, int count = 1)
    {
        var id = "";
        for (var i = 0; i < count; i++)
        {
            var hotspot = await SomeHotspot.AddAsync(Database, $"SUP-{++_raised:000}");
            await SomeHotspot.ApplyAsync(Database, hotspot.Notice("opened", level, at: SomeHotspot.Now.AddMinutes(_raised)));
            id = (await _stack.Database.Database.ScalarAsync<Guid>($"SELECT id FROM insights.alerts WHERE hotspot_id = '{hotspot.Id}'")).ToString();
        }

        return id;
    }

    private Task<long> CountAsync(string sql) => _stack.Database.Database.ScalarAsync<long>(sql);
}
