using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Insights.V1;

namespace Pylon.Insights.Tests.Audit;

public sealed class AuditLogServiceTests : IAsyncLifetime
{
    private InsightsStack _stack = null!;
    private AuditLogService.AuditLogServiceClient _client = null!;

    public async Task InitializeAsync()
    {
        _stack = await InsightsStack.StartAsync();
        _client = new AuditLogService.AuditLogServiceClient(_stack.Channel);
        await _stack.Database.Database.ExecuteAsync(
            """
            INSERT INTO insights.audit_logs (action, entity_type, entity_id, user_id, notes, metadata, "timestamp") VALUES
                ('alert_acknowledged', 'alert', 'a1', 'ann', 'seen', '{"until": null}', '2026-11-26T06:00Z'),
                ('alert_acknowledged', 'alert', 'a2', 'bob', '', '{}', '2026-11-26T07:00Z'),
                ('silence_created', 'silence', 's1', 'ann', 'noise', '{"cause": "grid"}', '2026-11-26T08:00Z')
            """);
    }

    public async Task DisposeAsync() => await _stack.DisposeAsync();

    [Fact]
    public async Task Entries_are_listed_newest_first_with_the_names_of_the_seed_page_by_page()
    {
        var first = await _client.ListAuditLogsAsync(new ListAuditLogsRequest { PageSize = 2 });
        var second = await _client.ListAuditLogsAsync(new ListAuditLogsRequest { PageSize = 2, PageToken = first.NextPageToken });

        Assert.Equal(["s1", "a2", "a1"], first.AuditLogs.Concat(second.AuditLogs).Select(e => e.EntityId));
        Assert.Equal("", second.NextPageToken);
        var newest = first.AuditLogs[0];
        Assert.Equal(("silence_created", "silence", "ann", "noise"), (newest.Action, newest.EntityType, newest.UserId, newest.Notes));
        Assert.Equal("grid", newest.Metadata.Fields["cause"].StringValue);
        Assert.Equal(new DateTime(2026, 11, 26, 8, 0, 0, DateTimeKind.Utc), newest.Timestamp.ToDateTime());
    }

    [Fact]
    public async Task Entries_are_filtered_by_each_field()
    {
        Assert.Equal(["a2", "a1"], await IdsAsync(new ListAuditLogsRequest { Action = "alert_acknowledged" }));
        Assert.Equal(["s1"], await IdsAsync(new ListAuditLogsRequest { EntityType = "silence" }));
        Assert.Equal(["a2"], await IdsAsync(new ListAuditLogsRequest { EntityId = "a2" }));
        Assert.Equal(["s1", "a1"], await IdsAsync(new ListAuditLogsRequest { UserId = "ann" }));
        Assert.Equal(["s1", "a2"], await IdsAsync(new ListAuditLogsRequest { Since = At(7) }));
        Assert.Equal(["a1"], await IdsAsync(new ListAuditLogsRequest { Before = At(7) }));
        Assert.Empty(await IdsAsync(new ListAuditLogsRequest { UserId = "ann", Since = At(9) }));
    }

    [Fact]
    public async Task A_token_of_another_list_is_refused()
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _client.ListAuditLogsAsync(new ListAuditLogsRequest { PageToken = "abc" }));

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
    }

    private async Task<IEnumerable<string>> IdsAsync(ListAuditLogsRequest request) =>
        (await _client.ListAuditLogsAsync(request)).AuditLogs.Select(e => e.EntityId);

    private static Timestamp At(int hour) => Timestamp.FromDateTime(new DateTime(2026, 11, 26, hour, 0, 0, DateTimeKind.Utc));
}
