using Microsoft.AspNetCore.Http;
using Pylon.Insights.Tests.Alerts;
using Pylon.LocalStack.Services;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Webhooks;

/// <summary>Real processes: one is killed while the receiver holds its request, another one sends the notice again.</summary>
public sealed class KilledSenderTests : IAsyncLifetime
{
    private readonly List<ServiceProcess> _processes = [];
    private InsightsDatabase _database = null!;
    private TestReceiver _receiver = null!;

    public async Task InitializeAsync()
    {
        _database = await InsightsDatabase.CreateAsync();
        _receiver = await TestReceiver.StartAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var process in _processes)
            await process.KillAsync();
        await _receiver.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_notice_whose_sender_was_killed_is_sent_again_with_the_same_id_and_noted_once()
    {
        var isHeld = true;
        _receiver.Answer = context => Volatile.Read(ref isHeld) ? Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted) : Task.CompletedTask;
        var first = await StartAsync("held");
        var hotspot = await SomeHotspot.AddAsync(_database.DataSource);
        await SomeHotspot.ApplyAsync(_database.DataSource, hotspot.Notice("opened"));
        await Eventually.True(() => _receiver.Requests.Count == 1);

        await first.KillAsync();
        Volatile.Write(ref isHeld, false);
        await StartAsync("other");

        await Eventually.True(async () => await CountAsync("SELECT count(*) FROM insights.alert_notices WHERE status = 'sent'") == 1, TimeSpan.FromMinutes(1));
        Assert.Equal(2, _receiver.Requests.Count);
        Assert.Single(_receiver.Requests.Select(r => (r.Id, r.Text)).Distinct());
        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM insights.alert_history WHERE what = 'sent'"));
        Assert.Equal(1L, await CountAsync("SELECT count(*) FROM insights.alerts"));
    }

    private async Task<ServiceProcess> StartAsync(string name)
    {
        var redis = await TestRedis.CreateAsync();
        var process = TestProcess.Of("Insights", $"insights-{name}", "insights-tests", new Dictionary<string, string>
        {
            ["PYLON_POSTGRES"] = _database.Database.Uri,
            ["PYLON_REDIS"] = redis.ConnectionString,
            // Nobody answers there; sending needs neither.
            ["PYLON_INGESTION"] = "http://127.0.0.1:1",
            ["PYLON_ORCHESTRATOR"] = "http://127.0.0.1:1",
            ["Webhook__Url"] = _receiver.Url,
            ["Webhook__Secret"] = TestReceiver.Secret,
            ["Webhook__Timeout"] = "00:00:05",
            ["Webhook__Lease"] = "00:00:05.5",
            ["Webhook__PollInterval"] = "00:00:00.1",
        });
        _processes.Add(process);
        await process.StartAsync();
        return process;
    }

    private Task<long> CountAsync(string sql) => _database.Database.ScalarAsync<long>(sql);
}
