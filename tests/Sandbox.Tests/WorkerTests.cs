using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Newtonsoft.Json.Linq;
using Pylon.Testing;

namespace Pylon.Sandbox.Tests;

/// <summary>The workers that run the phases of workloads.</summary>
public sealed class WorkerTests : IAsyncLifetime
{
    private readonly FakePylon _pylon = new();
    private WebApplication _sandbox = null!;
    private HttpClient _admin = null!;

    public async Task InitializeAsync()
    {
        await _pylon.UpAsync();
        await StartSandboxAsync();
    }

    public async Task DisposeAsync()
    {
        await StopSandboxAsync();
        await _pylon.DisposeAsync();
    }

    [Fact]
    public async Task PhasesRunInOrderAndAreReportedPartByPart()
    {
        var id = _pylon.Define("prepare", "train");
        await EndedAsync(id, "done");
        Assert.Equal(["prepare/part-1/SUCCESS", "prepare/part-2/SUCCESS", "train/part-1/SUCCESS", "train/part-2/SUCCESS"], _pylon.Reports.Select(r => r.What));
        Assert.Equal(4, _pylon.Reports.Select(r => r.Id).Distinct().Count());
    }

    [Fact]
    public async Task APartIsReportedWithItsEnergyAndTimes()
    {
        await PutAsync(new { part_kwh = 1.25 });
        await EndedAsync(_pylon.Define("prepare"), "done");
        Assert.Equal(2, _pylon.Work.Count);
        Assert.All(_pylon.Work, w => Assert.True(w is { Kwh: 1.25, Start: var start, End: var end } && start <= end, $"{w}"));
    }

    [Fact]
    public async Task RestartedWorkersRunOnlyTheRemainingPhases()
    {
        await PutAsync(new { paused = true });
        var id = _pylon.Define("prepare", "train");
        await Eventually.Is(() => JobsAsync(id), jobs => jobs.Count == 1);
        await PutAsync(new { part_ms = 1 });
        await StopSandboxAsync();
        await StartSandboxAsync();
        await EndedAsync(id, "done");
        var first = _pylon.Reports.ToList();
        Assert.Equal(4, first.Count);

        // Nothing is left to run: the reports stay the same.
        await StopSandboxAsync();
        await StartSandboxAsync();
        await EndedAsync(id, "done");
        Assert.Equal(first, _pylon.Reports);
    }

    [Fact]
    public async Task WorkersReconnectToTheBroadcastWithTheirLastPosition()
    {
        var before = _pylon.Define("prepare");
        await EndedAsync(before, "done");
        await _pylon.DownAsync();
        var missed = _pylon.Define("train");
        await _pylon.UpAsync();
        await EndedAsync(missed, "done");
        Assert.Equal("1", _pylon.ReconnectedWith.Last());
    }

    [Fact]
    public async Task OnlyScheduledWorkloadsAreRun()
    {
        var foreign = _pylon.Define("essays", ["spellcheck"], isWorkload: false);
        await EndedAsync(foreign, "the workload is not scheduled");

        _pylon.OnReport = id => _pylon.Scheduled[id] = false;
        var cancelled = _pylon.Define("prepare", "train");
        await EndedAsync(cancelled, "the workload is not scheduled");
        Assert.Equal(["prepare/part-1/SUCCESS", "prepare/part-2/SUCCESS"], _pylon.Reports.Select(r => r.What));
    }

    [Theory]
    [InlineData("fail_part", "done", "prepare/part-1/FAILED prepare/part-1/SUCCESS train/part-1/SUCCESS")]
    [InlineData("fail_phase", "failed in prepare", "prepare//FAILED")]
    [InlineData("duplicate_reports", "done", "prepare/part-1/SUCCESS prepare/part-1/SUCCESS train/part-1/SUCCESS")]
    [InlineData("late_reports", "done", "train/part-1/SUCCESS prepare/part-1/SUCCESS")]
    public async Task FaultsChangeTheReports(string kind, string outcome, string reports)
    {
        _pylon.PartsOfABatch = 1;
        using var answer = await _admin.PostAsJsonAsync("/admin/workers/faults", new { kind, action = "prepare" });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        await EndedAsync(_pylon.Define("prepare", "train"), outcome);
        Assert.Equal(reports, string.Join(' ', _pylon.Reports.Select(r => r.What)));
        Assert.Equal(_pylon.Reports.Select(r => r.What).Distinct().Count(), _pylon.Reports.Select(r => r.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("""{"paused": "yes"}""", "paused")]
    [InlineData("""{"part_ms": -1}""", "part_ms")]
    [InlineData("""{"part_kwh": "much"}""", "part_kwh")]
    [InlineData("""{"speed": 1}""", "speed")]
    public async Task WrongSettingIsRefusedByName(string body, string field)
    {
        using var answer = await _admin.PutAsync("/admin/workers", new StringContent(body));
        Assert.Equal((400, field), ((int)answer.StatusCode, JObject.Parse(await answer.Content.ReadAsStringAsync())["field"]!.Value<string>()));
    }

    private async Task StartSandboxAsync()
    {
        _sandbox = Program.Build(["--PYLON_HTTP_PORT=0", $"--PYLON_URL={_pylon.Url}", "--SANDBOX_PART_MS=0", "--Logging:LogLevel:Default=None"]);
        await _sandbox.StartAsync();
        _admin = new HttpClient { BaseAddress = new Uri(_sandbox.Urls.Single()) };
    }

    private async Task StopSandboxAsync()
    {
        _admin.Dispose();
        await _sandbox.StopAsync();
        await _sandbox.DisposeAsync();
    }

    private async Task PutAsync(object body) => (await _admin.PutAsJsonAsync("/admin/workers", body)).EnsureSuccessStatusCode();

    private async Task<JArray> JobsAsync(string id) =>
        (JArray)JObject.Parse(await _admin.GetStringAsync($"/admin/workers?batch_id={id}"))["jobs"]!;

    private Task EndedAsync(string id, string state) =>
        Eventually.Is(() => JobsAsync(id), jobs => jobs.Count == 1 && jobs[0]["state"]!.Value<string>() == state, because: $"{id} ends with {state}");
}
