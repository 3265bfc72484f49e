using Microsoft.Extensions.Options;
using Pylon.Insights.Alerts;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Alerts;

public sealed class AlertWorkerTests : IAsyncLifetime
{
    private readonly FakeTime _time = new(SomeHotspot.Now);
    private readonly RecordedLog _log = new();
    private InsightsDatabase _database = null!;
    private AlertStore _store = null!;
    private AlertWorker _worker = null!;

    public async Task InitializeAsync()
    {
        _database = await InsightsDatabase.CreateAsync();
        _store = new AlertStore(new TenantDatabase(_database.DataSource, Tenant.All));
        _worker = new AlertWorker(_store, Options.Create(new AlertOptions()), _time, _log.For<AlertWorker>());
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_critical_alert_is_told_again_every_24_hours_with_the_values_of_that_time()
    {
        var hotspot = await OpenAsync();
        await CheckAfterAsync(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await RepeatsAsync());

        await CheckAfterAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await RepeatsAsync());
        await _database.DataSource.ExecuteAsync("UPDATE hotspots SET percent_above = 50.5, impact_kg = 99 WHERE id = $1", default, hotspot.Id);
        await CheckAfterAsync(TimeSpan.FromHours(23));
        Assert.Equal(1, await RepeatsAsync());
        await CheckAfterAsync(TimeSpan.FromHours(1));

        Assert.Equal(2, await RepeatsAsync());
        Assert.Equal(
            "0 35.2 1234.56,1 35.2 1234.56,2 50.5 99",
            await TextAsync("SELECT string_agg(number || ' ' || percent_above || ' ' || impact_kg, ',' ORDER BY number) FROM insights.alert_notices"));
        Assert.Equal(
            "raised 35.2,repeated 35.2,repeated 50.5",
            await TextAsync("SELECT string_agg(what || ' ' || percent_above, ',' ORDER BY id) FROM insights.alert_history"));
    }

    [Fact]
    public async Task Many_workers_at_once_tell_it_once()
    {
        await OpenAsync();
        _time.Advance(TimeSpan.FromHours(25));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _worker.CheckAsync(CancellationToken.None)));

        Assert.Equal(1, await RepeatsAsync());
    }

    [Theory]
    [InlineData("opened", "warn")]
    [InlineData("opened", "info")]
    public async Task Only_a_critical_alert_is_told_again(string transition, string level)
    {
        var hotspot = await SomeHotspot.AddAsync(_database.DataSource);
        await SomeHotspot.ApplyAsync(_database.DataSource, hotspot.Notice(transition, level));

        await CheckAfterAsync(TimeSpan.FromDays(3));

        Assert.Equal(0, await RepeatsAsync());
    }

    [Fact]
    public async Task An_alert_whose_hotspot_is_resolved_is_resolved_and_not_told_again()
    {
        var hotspot = await OpenAsync();
        await SomeHotspot.ApplyAsync(_database.DataSource, hotspot.Notice("resolved", at: _time.GetUtcNow().AddHours(1)));

        await CheckAfterAsync(TimeSpan.FromDays(3));

        Assert.Equal(0, await RepeatsAsync());
        Assert.Equal(2L, await CountAsync("SELECT count(*) FROM insights.alerts WHERE resolved_at IS NOT NULL"));
    }

    [Fact]
    public async Task An_acknowledged_alert_is_not_told_again_until_its_time_is_over()
    {
        await OpenAsync();
        var id = await IdAsync();
        Assert.True(await _store.AcknowledgeAsync(id, "ann", "looking", _time.GetUtcNow().AddHours(30), _time.GetUtcNow(), default));
        await CheckAfterAsync(TimeSpan.FromHours(29));
        Assert.Equal(0, await RepeatsAsync());

        await CheckAfterAsync(TimeSpan.FromHours(1));

        Assert.Equal(1, await RepeatsAsync());
        var alert = await _store.FindAsync(id, default);
        Assert.Null(alert!.AcknowledgedAt);
        Assert.Equal(
            "raised,acknowledged,unacknowledged,repeated",
            await TextAsync("SELECT string_agg(what, ',' ORDER BY id) FROM insights.alert_history"));
        Assert.True(await _store.AcknowledgeAsync(id, "bob", "", null, _time.GetUtcNow(), default));
    }

    [Fact]
    public async Task A_new_firing_needs_a_new_acknowledgement()
    {
        var hotspot = await OpenAsync();
        await SomeHotspot.ApplyAsync(_database.DataSource, hotspot.Notice("acknowledged") with { UserId = "ann", Note = "seen" });
        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM insights.alerts WHERE acknowledged AND acknowledged_by = 'ann'"));

        await SomeHotspot.ApplyAsync(
            _database.DataSource, hotspot.Notice("resolved", at: _time.GetUtcNow().AddHours(7)),
            hotspot.Notice("reopened", reopened: 1, at: _time.GetUtcNow().AddHours(9)));
        await CheckAfterAsync(TimeSpan.FromHours(34));

        Assert.Equal(1, await RepeatsAsync());
        Assert.Equal("reopened", await TextAsync("SELECT transition FROM insights.alerts WHERE NOT acknowledged AND resolved_at IS NULL"));
    }

    [Fact]
    public async Task A_hotspot_that_a_person_ignores_is_not_told_again()
    {
        var hotspot = await OpenAsync();
        await _database.DataSource.ExecuteAsync("UPDATE hotspots SET status = 'ignored' WHERE id = $1", default, hotspot.Id);

        await CheckAfterAsync(TimeSpan.FromDays(2));

        Assert.Equal(0, await RepeatsAsync());
    }

    [Fact]
    public async Task Of_the_critical_alerts_of_a_hotspot_only_the_newest_is_told_again()
    {
        var hotspot = await OpenAsync();
        await SomeHotspot.ApplyAsync(_database.DataSource, hotspot.Notice("flapping", reopened: 3, at: _time.GetUtcNow().AddMinutes(5)));

        await CheckAfterAsync(TimeSpan.FromHours(25));

        Assert.Equal(1, await RepeatsAsync());
        Assert.Equal(
            "flapping", await TextAsync("SELECT a.transition FROM insights.alerts a JOIN insights.alert_notices n ON n.alert_id = a.id AND n.number = 1"));
    }

    [Fact]
    public async Task An_escalation_after_the_hotspot_was_acknowledged_is_told_again_until_it_is_acknowledged_too()
    {
        var hotspot = await SomeHotspot.AddAsync(_database.DataSource);
        await SomeHotspot.ApplyAsync(
            _database.DataSource, hotspot.Notice("opened", "warn"), hotspot.Notice("acknowledged", "warn"), hotspot.Notice("escalated"));
        await _database.DataSource.ExecuteAsync("UPDATE hotspots SET status = 'acknowledged' WHERE id = $1", default, hotspot.Id);

        await CheckAfterAsync(TimeSpan.FromHours(25));
        await SomeHotspot.ApplyAsync(_database.DataSource, hotspot.Notice("acknowledged", at: _time.GetUtcNow()));
        await CheckAfterAsync(TimeSpan.FromHours(25));

        Assert.Equal(1, await RepeatsAsync());
    }

    [Fact]
    public async Task More_than_a_batch_is_told_again_in_one_check()
    {
        await _database.Database.ExecuteAsync(
            """
            INSERT INTO insights.entities (entity_type, entity, kind, activity_unit) VALUES ('supplier', 's', 'factory', 'kWh');
            INSERT INTO insights.hotspots (id, entity_ref, entity, entity_type, kind, cause, severity, status, basis, predicted_co2,
                baseline_co2, percent_above, score, confidence, impact_kg, first_hour, last_hour)
            SELECT gen_random_uuid(), (SELECT entity_ref FROM insights.entities), 's', 'supplier', 'factory', 'activity', 'critical', 'resolved',
                'baseline', 1, 1, 1, 1, 1, 1, now(), now() FROM generate_series(1, 1100);
            INSERT INTO insights.alerts (id, operator_id, hotspot_id, transition, reopened, level, message, entity, entity_type, cause,
                percent_above, impact_kg, hour, created_at, last_notice_at)
            SELECT gen_random_uuid(), operator_id, id, 'opened', 0, 'critical', 'm', entity, entity_type, cause, 1, 1, now(), '2026-11-26', '2026-11-26'
            FROM insights.hotspots;
            INSERT INTO insights.alert_notices (alert_id, number, percent_above, impact_kg, created_at, due_at) SELECT id, 0, 1, 1, now(), now() FROM insights.alerts;
            DROP INDEX insights.one_open_hotspot;
            UPDATE insights.hotspots SET status = 'open'
            """);

        await CheckAfterAsync(TimeSpan.FromHours(25));

        Assert.Equal(1100, await RepeatsAsync());
    }

    private async Task<SomeHotspot> OpenAsync()
    {
        var hotspot = await SomeHotspot.AddAsync(_database.DataSource);
        await SomeHotspot.ApplyAsync(_database.DataSource, hotspot.Notice("opened"));
        return hotspot;
    }

    private Task CheckAfterAsync(TimeSpan wait)
    {
        _time.Advance(wait);
        return _worker.CheckAsync(CancellationToken.None);
    }

    private async Task<int> RepeatsAsync()
    {
        var events = await CountAsync("SELECT count(*) FROM insights.outbox WHERE type = 'pylon.alert.repeated.v1'");
        Assert.Equal(events, await CountAsync("SELECT count(*) FROM insights.alert_notices WHERE number > 0"));
        return (int)events;
    }

    private Task<Guid> IdAsync() => _database.Database.ScalarAsync<Guid>("SELECT id FROM insights.alerts");

    private Task<long> CountAsync(string sql) => _database.Database.ScalarAsync<long>(sql);

    private Task<string?> TextAsync(string sql) => _database.Database.ScalarAsync<string>(sql);
}
