using Pylon.Insights.Alerts;

namespace Pylon.Insights.Tests.Alerts;

public sealed class AlertRaiserTests : IAsyncLifetime
{
    private InsightsDatabase _database = null!;

    public async Task InitializeAsync() => _database = await InsightsDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Each_opening_escalation_and_end_has_one_alert_however_often_it_is_told()
    {
        var hotspot = await SomeHotspot.AddAsync(_database.DataSource);
        HotspotNotice[] life =
        [
            hotspot.Notice("watching", "info"), hotspot.Notice("opened", "warn"), hotspot.Notice("escalated"), hotspot.Notice("resolved"),
            hotspot.Notice("reopened", reopened: 1), hotspot.Notice("resolved", reopened: 1), hotspot.Notice("reopened", reopened: 2),
            hotspot.Notice("reopened", reopened: 3), hotspot.Notice("flapping", reopened: 3),
        ];

        await SomeHotspot.ApplyAsync(_database.DataSource, life);
        await SomeHotspot.ApplyAsync(_database.DataSource, life);

        var alerts = await ListAsync("SELECT transition || ' ' || reopened || ' ' || level FROM insights.alerts ORDER BY id, reopened, transition");
        Assert.Equal(
            [
                "escalated 0 critical", "flapping 3 critical", "opened 0 warn", "reopened 1 critical", "reopened 2 critical",
                "reopened 3 critical", "resolved 0 info", "resolved 1 info",
            ],
            alerts.Order(StringComparer.Ordinal));
        Assert.Equal(
            ["flapping 3", "reopened 2", "reopened 3"],
            (await ListAsync("SELECT transition || ' ' || reopened FROM insights.alerts WHERE resolved_at IS NULL")).Order(StringComparer.Ordinal));
        Assert.Equal(8L, await CountAsync("SELECT count(*) FROM insights.outbox WHERE type = 'pylon.alert.raised.v1'"));
        Assert.Equal(8L, await CountAsync("SELECT count(*) FROM insights.alert_notices WHERE status = 'due'"));
        Assert.Equal(8L, await CountAsync("SELECT count(*) FROM insights.audit_logs WHERE action = 'alert_raised'"));
    }

    [Fact]
    public async Task A_hotspot_that_was_only_watched_ends_without_an_alert()
    {
        var hotspot = await SomeHotspot.AddAsync(_database.DataSource);

        await SomeHotspot.ApplyAsync(_database.DataSource, hotspot.Notice("watching", "info"), hotspot.Notice("resolved", "info"));

        Assert.Equal(0L, await CountAsync("SELECT count(*) FROM insights.alerts"));
    }

    [Fact]
    public async Task The_end_of_a_hotspot_that_flaps_has_an_alert_and_that_of_a_silent_reopening_has_none()
    {
        var hotspot = await SomeHotspot.AddAsync(_database.DataSource);

        await SomeHotspot.ApplyAsync(
            _database.DataSource, hotspot.Notice("flapping", reopened: 3), hotspot.Notice("resolved", reopened: 3), hotspot.Notice("resolved", reopened: 4));

        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM insights.alerts WHERE transition = 'resolved'"));
    }

    [Theory]
    [InlineData("opened", 0, "SUP-001 exceeded emissions by 35.2% in the hour from 2026-11-26 05:00 UTC; cause: more activity than is normal; 1,234.6 kg CO2e above normal so far")]
    [InlineData("escalated", 0, "SUP-001 exceeded emissions by 35.2% in the hour from 2026-11-26 05:00 UTC; cause: more activity than is normal; 1,234.6 kg CO2e above normal so far; now critical")]
    [InlineData("reopened", 1, "SUP-001 exceeded emissions by 35.2% again in the hour from 2026-11-26 05:00 UTC; cause: more activity than is normal; 1,234.6 kg CO2e above normal so far; re-opened once")]
    [InlineData("resolved", 0, "SUP-001 is normal again; 1,234.6 kg CO2e above normal in all")]
    [InlineData("flapping", 3, "SUP-001 was abnormal again 3 times; the hotspot stays open until 24 hours are normal; 1,234.6 kg CO2e above normal so far")]
    public void The_text_says_what_happened_in_plain_words(string transition, int reopened, string expected)
    {
        var hotspot = new SomeHotspot(Guid.NewGuid(), "SUP-001", "supplier", "activity");

        Assert.Equal(expected, AlertMessage.Of(hotspot.Notice(transition, reopened: reopened)));
    }

    [Fact]
    public void The_text_of_emissions_where_none_are_normal_has_no_percentage()
    {
        var notice = new SomeHotspot(Guid.NewGuid(), "13", "region", "grid").Notice("opened") with { PercentAbove = double.PositiveInfinity, ImpactKg = 0 };

        Assert.Equal(
            "Region 13 has emissions where none are normal in the hour from 2026-11-26 05:00 UTC; cause: electricity with more carbon than is normal",
            AlertMessage.Of(notice));
    }

    private Task<long> CountAsync(string sql) => _database.Database.ScalarAsync<long>(sql);

    private async Task<List<string>> ListAsync(string sql)
    {
        await using var command = _database.DataSource.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(reader.GetString(0));
        return rows;
    }
}
