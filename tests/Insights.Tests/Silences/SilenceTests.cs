using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.Insights.Alerts;
using Pylon.Insights.Tests.Alerts;
using Pylon.Insights.V1;
using Pylon.Postgres;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Silences;

public sealed class SilenceTests : IAsyncLifetime
{
    private readonly DateTimeOffset _now = TimeProvider.System.GetUtcNow();
    private InsightsStack _stack = null!;
    private SilenceService.SilenceServiceClient _client = null!;

    private NpgsqlDataSource Database => _stack.Database.DataSource;

    private Timestamp InAnHour => Timestamp.FromDateTimeOffset(_now.AddHours(1));

    public async Task InitializeAsync()
    {
        _stack = await InsightsStack.StartAsync();
        _client = new SilenceService.SilenceServiceClient(_stack.Channel);
    }

    public async Task DisposeAsync() => await _stack.DisposeAsync();

    [Fact]
    public async Task An_alert_that_matches_is_stored_and_marked_and_neither_published_nor_sent()
    {
        var silence = (await CreateAsync(new SilenceMatchers { Entity = "SUP-001", Cause = "activity" })).Silence;

        await RaiseAsync("SUP-001", "critical", "activity");
        await RaiseAsync("SUP-001", "critical", "factor");
        await RaiseAsync("SUP-002", "critical", "activity");

        Assert.Equal(
            $"SUP-001 activity {silence.Id}",
            await TextAsync("SELECT string_agg(entity || ' ' || cause || ' ' || silence_id, ',') FROM insights.alerts WHERE silence_id IS NOT NULL"));
        Assert.Equal(2L, await CountAsync("SELECT count(*) FROM insights.outbox WHERE type LIKE 'pylon.alert.%'"));
        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM insights.alert_notices WHERE status = 'silenced'"));
        var listed = await new V1.AlertService.AlertServiceClient(_stack.Channel).ListAlertsAsync(new ListAlertsRequest { Silenced = true });
        Assert.Equal(silence.Id, Assert.Single(listed.Alerts).SilenceId);
        Assert.Equal(1, Assert.Single((await _client.ListSilencesAsync(new ListSilencesRequest { Active = true })).Silences).Alerts);
    }

    [Theory]
    [InlineData("info", false)]
    [InlineData("warn", true)]
    [InlineData("critical", true)]
    public async Task The_level_of_a_silence_is_the_highest_that_it_hides(string maxLevel, bool isSilenced)
    {
        await CreateAsync(new SilenceMatchers { MaxLevel = maxLevel });

        await RaiseAsync("SUP-001", "warn", "activity");

        Assert.Equal(isSilenced ? 1L : 0L, await CountAsync("SELECT count(silence_id) FROM insights.alerts"));
    }

    [Fact]
    public async Task A_dry_run_counts_what_would_have_been_hidden_in_the_last_7_days_and_silences_nothing()
    {
        await RaiseAsync("SUP-001", "critical", "activity", _now.AddDays(-6.9));
        await RaiseAsync("SUP-001", "warn", "factor", _now.AddDays(-1));
        await RaiseAsync("SUP-002", "warn", "activity", _now.AddDays(-1));
        await RaiseAsync("SUP-001", "critical", "grid", _now.AddDays(-7.1));

        var request = new CreateSilenceRequest { Matchers = new SilenceMatchers { Entity = "SUP-001" }, EndsAt = InAnHour, Reason = "noise", DryRun = true };
        var answer = await _client.CreateSilenceAsync(request);

        Assert.Equal("", answer.Silence.Id);
        Assert.Equal((2, 2, 2, 1), (answer.Preview.Alerts, answer.Preview.Notices, answer.Preview.Hotspots, answer.Preview.Entities));
        Assert.Equal(new Dictionary<string, int> { ["critical"] = 1, ["warn"] = 1, ["info"] = 0 }, answer.Preview.ByLevel.ToDictionary());
        Assert.Equal(0L, await CountAsync("SELECT count(*) FROM insights.silences"));
        await RaiseAsync("SUP-001", "critical", "efficiency");
        Assert.Equal(0L, await CountAsync("SELECT count(silence_id) FROM insights.alerts"));
    }

    [Fact]
    public async Task An_alert_of_the_list_is_silenced_with_one_call()
    {
        await RaiseAsync("SUP-001", "critical", "activity");
        var id = await _stack.Database.Database.ScalarAsync<Guid>("SELECT id FROM insights.alerts");

        var request = new SilenceAlertRequest { AlertId = id.ToString(), EndsAt = InAnHour, Reason = "maintenance", UserId = "ann" };
        var answer = await _client.SilenceAlertAsync(request);

        Assert.Equal(new SilenceMatchers { Entity = "SUP-001", EntityType = "supplier", Cause = "activity" }, answer.Silence.Matchers);
        Assert.Equal((1, true, "ann"), (answer.Preview.Alerts, answer.Silence.Active, answer.Silence.CreatedBy));
        Assert.Equal("ann maintenance", await TextAsync("SELECT user_id || ' ' || notes FROM insights.audit_logs WHERE action = 'silence_created'"));
    }

    [Fact]
    public async Task A_silence_that_is_ended_hides_nothing_more()
    {
        var id = (await CreateAsync(new SilenceMatchers { Entity = "SUP-001" })).Silence.Id;

        var ended = (await _client.EndSilenceAsync(new EndSilenceRequest { Id = id, UserId = "bob" })).Silence;
        var again = (await _client.EndSilenceAsync(new EndSilenceRequest { Id = id, UserId = "eve" })).Silence;
        await RaiseAsync("SUP-001", "critical", "activity");

        Assert.Equal((false, "bob"), (ended.Active, ended.EndedBy));
        Assert.Equal(ended, again);
        Assert.Equal(0L, await CountAsync("SELECT count(silence_id) FROM insights.alerts"));
        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM insights.audit_logs WHERE action = 'silence_ended'"));
    }

    [Fact]
    public async Task A_critical_alert_that_was_silenced_is_told_when_the_silence_ends()
    {
        await CreateAsync(new SilenceMatchers { Entity = "SUP-001" });
        await RaiseAsync("SUP-001", "critical", "activity");
        var time = new FakeTime(_now.AddMinutes(59));
        var worker = new AlertWorker(new AlertStore(new TenantDatabase(Database, Tenant.All)), Options.Create(new AlertOptions()), time, new RecordedLog().For<AlertWorker>());
        await worker.CheckAsync(CancellationToken.None);
        Assert.Equal(0L, await CountAsync("SELECT count(*) FROM insights.outbox WHERE type LIKE 'pylon.alert.%'"));

        time.Advance(TimeSpan.FromMinutes(2));
        await worker.CheckAsync(CancellationToken.None);
        await worker.CheckAsync(CancellationToken.None);

        Assert.Equal("pylon.alert.repeated.v1", await TextAsync("SELECT string_agg(type, ',') FROM insights.outbox WHERE type LIKE 'pylon.alert.%'"));
    }

    [Fact]
    public async Task The_silence_of_one_tenant_does_not_hide_the_alerts_of_another()
    {
        await CreateAsync(new SilenceMatchers { Entity = "SUP-001" });
        var hotspot = await SomeHotspot.AddAsync(Database);

        await SomeHotspot.ApplyAsync(Database, hotspot.Notice("opened", at: TimeProvider.System.GetUtcNow()) with { OperatorId = Guid.NewGuid() });

        Assert.Equal(0L, await CountAsync("SELECT count(silence_id) FROM insights.alerts"));
    }

    [Fact]
    public async Task The_same_request_again_is_the_same_silence()
    {
        var request = new CreateSilenceRequest { Matchers = new SilenceMatchers { Cause = "grid" }, EndsAt = InAnHour, Reason = "storm", RequestId = "r1" };

        var first = await _client.CreateSilenceAsync(request);
        var again = await _client.CreateSilenceAsync(request);
        request.Reason = "another";
        var reused = await Assert.ThrowsAsync<RpcException>(async () => await _client.CreateSilenceAsync(request));

        Assert.Equal(first.Silence.Id, again.Silence.Id);
        Assert.Equal("REQUEST_ID_REUSED", reused.Reason());
    }

    [Theory]
    [InlineData("", 3600, "r", "matchers must have an entity, entity_type, cause or max_level")]
    [InlineData("grid", 0, "r", "ends_at is required: in the future, at most 366 days from now")]
    [InlineData("grid", -60, "r", "ends_at must be in the future, at most 366 days from now")]
    [InlineData("grid", long.MaxValue / 2, "r", "ends_at must be a time from 1970 to 2199")]
    [InlineData("grid", 3600, " ", "reason must have 1 to 2000 characters")]
    [InlineData("weather", 3600, "r", "matchers.cause must be activity, efficiency, grid, factor or data")]
    public async Task A_wrong_silence_is_refused_and_says_what_is_allowed(string cause, long seconds, string reason, string expected)
    {
        var request = new CreateSilenceRequest { Matchers = new SilenceMatchers { Cause = cause }, Reason = reason };
        if (seconds != 0)
            request.EndsAt = new Timestamp { Seconds = _now.ToUnixTimeSeconds() + seconds };

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await _client.CreateSilenceAsync(request));

        Assert.Equal((StatusCode.InvalidArgument, expected), (refused.StatusCode, refused.Status.Detail));
    }

    private async Task<CreateSilenceResponse> CreateAsync(SilenceMatchers matchers) =>
        await _client.CreateSilenceAsync(new CreateSilenceRequest { Matchers = matchers, EndsAt = InAnHour, Reason = "noise" });

    private async Task RaiseAsync(string entity, string level, string cause, DateTimeOffset? at = null)
    {
        var hotspot = await SomeHotspot.AddAsync(Database, entity, cause: cause);
        await SomeHotspot.ApplyAsync(Database, hotspot.Notice("opened", level, at: at ?? TimeProvider.System.GetUtcNow()));
    }

    private Task<long> CountAsync(string sql) => _stack.Database.Database.ScalarAsync<long>(sql);

    private Task<string?> TextAsync(string sql) => _stack.Database.Database.ScalarAsync<string>(sql);
}
