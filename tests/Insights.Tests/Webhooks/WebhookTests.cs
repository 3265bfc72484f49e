using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pylon.Insights.Tests.Alerts;
using Pylon.Insights.V1;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Webhooks;

/// <summary>The service sends to a real HTTP server.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private readonly RecordedLog _log = new();
    private TestReceiver _receiver = null!;
    private InsightsStack? _stack;

    public async Task InitializeAsync() => _receiver = await TestReceiver.StartAsync();

    public async Task DisposeAsync()
    {
        if (_stack is not null)
            await _stack.DisposeAsync();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task An_alert_is_posted_once_with_its_id_and_a_signature_that_the_receiver_can_verify()
    {
        await StartAsync();

        var id = await RaiseAsync();

        await SentAsync(id);
        var request = Assert.Single(_receiver.Requests);
        Assert.Equal((id, true), (request.Id, request.IsSigned));
        using var body = JsonDocument.Parse(request.Body);
        var data = body.RootElement.GetProperty("data");
        Assert.Equal("pylon.alert.raised.v1", body.RootElement.GetProperty("type").GetString());
        Assert.Equal($"{SomeHotspot.Now:yyyy-MM-ddTHH:mm:ssZ}", body.RootElement.GetProperty("timestamp").GetString());
        Assert.Equal((id, "critical", "SUP-001"), (data.GetProperty("id").GetString(), data.GetProperty("level").GetString(), data.GetProperty("entity").GetString()));
        Assert.Equal((35.2, 1234.56), (data.GetProperty("percent_above").GetDouble(), data.GetProperty("impact_kg").GetDouble()));
        var history = await Alerts.ListAlertHistoryAsync(new ListAlertHistoryRequest { Id = id });
        var sent = Assert.Single(history.Entries, e => e.What == "sent");
        Assert.Equal(($"127.0.0.1:{_receiver.Port}", 35.2), (sent.UserId, sent.PercentAbove));
    }

    [Fact]
    public async Task A_receiver_that_refuses_at_first_gets_the_same_again_until_it_takes_it()
    {
        var left = 3;
        _receiver.Answer = context =>
        {
            context.Response.StatusCode = Interlocked.Decrement(ref left) >= 0 ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status202Accepted;
            return Task.CompletedTask;
        };
        await StartAsync();

        var id = await RaiseAsync();

        var notice = await SentAsync(id);
        Assert.Equal((4, 202, ""), (notice.Attempts, notice.HttpStatus, notice.FailureReason));
        Assert.Equal(4, _receiver.Requests.Count);
        Assert.Single(_receiver.Requests.Select(r => (r.Id, r.Text)).Distinct());
        Assert.All(_receiver.Requests, r => Assert.True(r.IsSigned));
    }

    [Fact]
    public async Task A_receiver_that_does_not_answer_in_time_is_given_up_and_the_notice_can_be_sent_again()
    {
        var isSlow = true;
        _receiver.Answer = context => Volatile.Read(ref isSlow) ? Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted) : Task.CompletedTask;
        await StartAsync("--Webhook:MaxAttempts=2", "--Webhook:Timeout=00:00:00.2");

        var id = await RaiseAsync();

        var dead = await NoticeAsync(id, "dead");
        Assert.Equal((2, 0, "no answer within 0.2 s"), (dead.Attempts, dead.HttpStatus, dead.FailureReason));
        var history = await Alerts.ListAlertHistoryAsync(new ListAlertHistoryRequest { Id = id });
        Assert.Equal("no answer within 0.2 s", Assert.Single(history.Entries, e => e.What == "not_sent").Note);
        Volatile.Write(ref isSlow, false);
        await Notices.ResendNoticeAsync(new ResendNoticeRequest { AlertId = id, UserId = "ann" });
        await SentAsync(id);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await Notices.ResendNoticeAsync(new ResendNoticeRequest { AlertId = id }));
        Assert.Equal("NOTICE_SENT", refused.Reason());
        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM insights.audit_logs WHERE action = 'alert_notice_resent' AND user_id = 'ann'"));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var other = await TestReceiver.StartAsync();
        _receiver.Answer = context =>
        {
            context.Response.Redirect(other.Url, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        await StartAsync("--Webhook:MaxAttempts=1");

        var id = await RaiseAsync();

        var dead = await NoticeAsync(id, "dead");
        Assert.Equal((307, "the receiver answered 307"), (dead.HttpStatus, dead.FailureReason));
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task A_body_without_end_in_the_answer_is_not_read()
    {
        var chunk = new byte[64 * 1024];
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _receiver.Answer = async context =>
        {
            context.Response.StatusCode = StatusCodes.Status200OK;
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(chunk, CancellationToken.None);
            closed.SetResult();
        };
        await StartAsync();

        var id = await RaiseAsync();

        await SentAsync(id);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Single(_receiver.Requests);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(20_000)]
    public async Task A_receiver_whose_answer_is_no_answer_is_tried_again(int headerBytes)
    {
        var isLying = true;
        _receiver.Answer = context =>
        {
            if (!Volatile.Read(ref isLying))
                return Task.CompletedTask;
            Volatile.Write(ref isLying, false);
            if (headerBytes < 1000)
                context.Abort();
            else
                context.Response.Headers["x"] = new string('x', headerBytes);
            return Task.CompletedTask;
        };
        await StartAsync();

        var id = await RaiseAsync();

        Assert.Equal(2, (await SentAsync(id)).Attempts);
    }

    [Fact]
    public async Task A_receiver_that_was_unreachable_gets_every_alert_once_it_is_back()
    {
        var port = _receiver.Port;
        await StartAsync("--Webhook:MaxAttempts=100", "--Webhook:MaxRetryDelay=00:00:00.2");
        await _receiver.DisposeAsync();
        var ids = new List<string>();
        for (var i = 0; i < 8; i++)
            ids.Add(await RaiseAsync());
        await Eventually.True(() => _log.Lines.Any(line => line.Contains("most of the last attempts failed", StringComparison.Ordinal)));

        _receiver = await TestReceiver.StartAsync(port);

        foreach (var id in ids)
            await SentAsync(id);
        Assert.Equal(ids.Order(), _receiver.Requests.Select(r => r.Id).Distinct().Order());
    }

    [Fact]
    public async Task A_notice_whose_senders_all_died_is_given_up()
    {
        await StartAsync("--Webhook:MaxAttempts=2");
        // A trigger is what a dying sender leaves: attempts without an end.
        await _stack!.Database.Database.ExecuteAsync(
            """
            CREATE FUNCTION insights.died() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.attempts := 2; RETURN NEW; END';
            CREATE TRIGGER died BEFORE INSERT ON insights.alert_notices FOR EACH ROW EXECUTE FUNCTION insights.died()
            """);

        var id = await RaiseAsync();

        Assert.Equal("no attempt ended", (await NoticeAsync(id, "dead")).FailureReason);
        Assert.Empty(_receiver.Requests);
    }

    [Fact]
    public async Task Neither_the_secret_nor_the_path_of_the_receiver_is_logged()
    {
        _receiver.Answer = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await StartAsync("--Webhook:MaxAttempts=2");

        await NoticeAsync(await RaiseAsync(), "dead");

        await Eventually.True(() => _log.Lines.Any(line => line.Contains("it is dead until a person sends it again", StringComparison.Ordinal)));
        Assert.DoesNotContain(_log.Lines, line => line.Contains(TestReceiver.Secret["whsec_".Length..], StringComparison.Ordinal));
        Assert.DoesNotContain(_log.Lines, line => line.Contains("path-is-secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_receiver_nobody_is_told_and_the_notice_says_so()
    {
        _stack = await InsightsStack.StartAsync();

        var id = await RaiseAsync();

        await NoticeAsync(id, "no_receiver");
        Assert.Empty(_receiver.Requests);
    }

    [Theory]
    [InlineData("--Webhook:Url=ftp://127.0.0.1/", "Webhook__Url: must be an absolute http or https URL without a user")]
    [InlineData("--Webhook:Secret=whsec_short", "Webhook__Secret: must be whsec_ and the base64 of 24 to 64 random bytes")]
    [InlineData("--Webhook:Secret=", "Webhook__Secret: is required with Webhook__Url: whsec_ and the base64 of 24 to 64 random bytes")]
    [InlineData("--Webhook:Lease=00:00:01", "Webhook__Lease: must be longer than Webhook__Timeout")]
    public async Task A_wrong_setting_stops_the_start_and_says_what_is_right(string setting, string expected)
    {
        var stopped = await Assert.ThrowsAnyAsync<Exception>(() => InsightsStack.StartAsync(null, Settings(setting)));

        Assert.Contains(expected, stopped.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("whsec_short", stopped.ToString(), StringComparison.Ordinal);
    }

    private AlertService.AlertServiceClient Alerts => new(_stack!.Channel);

    private NoticeService.NoticeServiceClient Notices => new(_stack!.Channel);

    private async Task StartAsync(params string[] settings)
    {
        _stack = await InsightsStack.StartAsync(null, Settings(["--Logging:LogLevel:Default=Trace", .. settings]));
        _stack.Services.GetRequiredService<ILoggerFactory>().AddProvider(_log);
    }

    private string[] Settings(params string[] settings) =>
    [
        $"--Webhook:Url={_receiver.Url}", $"--Webhook:Secret={TestReceiver.Secret}", "--Webhook:RetryDelay=00:00:00.01",
        "--Webhook:PollInterval=00:00:00.05", "--Webhook:BreakDuration=00:00:00.5", .. settings,
    ];

    private async Task<string> RaiseAsync()
    {
        var hotspot = (await SomeHotspot.AddAsync(_stack!.Database.DataSource, $"SUP-{Guid.NewGuid()}")) with { Entity = "SUP-001" };
        await SomeHotspot.ApplyAsync(_stack.Database.DataSource, hotspot.Notice("opened"));
        return (await _stack.Database.Database.ScalarAsync<Guid>($"SELECT id FROM insights.alerts WHERE hotspot_id = '{hotspot.Id}'")).ToString();
    }

    private Task<AlertNotice> SentAsync(string id) => NoticeAsync(id, "sent");

    private Task<AlertNotice> NoticeAsync(string id, string status) => Eventually.Is(
        async () => (await Notices.ListNoticesAsync(new ListNoticesRequest { AlertId = id })).Notices.Single(), notice => notice.Status == status);

    private Task<long> CountAsync(string sql) => _stack!.Database.Database.ScalarAsync<long>(sql);
}
