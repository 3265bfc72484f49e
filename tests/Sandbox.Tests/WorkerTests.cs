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
    public async Task PhasesRunInOrderAndTheirPartsAreReported()
    {
        var id = _pylon.Define("prepare", "train");
        await PlayedAsync();
        Assert.Equal(["prepare/part-1/SUCCESS", "prepare/part-2/SUCCESS"], _pylon.Reports.Take(2).Order());
        Assert.Equal(["train/part-1/SUCCESS", "train/part-2/SUCCESS"], _pylon.Reports.Skip(2).Order());
        Assert.Equal(4, Assert.Single(await JobsAsync(id))["reports"]!.Count());
    }

    [Fact]
    public async Task APartIsReportedWithItsEnergyAndTimes()
    {
        await PutAsync(new { part_kwh = 1.25 });
        _pylon.Define("prepare");
        await PlayedAsync();
        Assert.Equal(2, _pylon.Work.Count);
        Assert.All(_pylon.Work, w => Assert.True(w is { Kwh: 1.25, Start: var start, End: var end } && start <= end, $"{w}"));
    }

    [Fact]
    public async Task PausedWorkersHoldTheirPartsAndRestartedOnesGoOn()
    {
        _pylon.Lease = TimeSpan.FromSeconds(0.3);
        await PutAsync(new { part_ms = 60_000 });
        var id = _pylon.Define("prepare");
        await Eventually.Is(() => JobsAsync(id), jobs => jobs.Count == 1);
        await Eventually.True(() => _pylon.Renewals > 4);
        Assert.Empty(_pylon.Reports);
        await StopSandboxAsync();
        // A busy machine does not renew so short a lease in time.
        _pylon.Lease = TimeSpan.FromSeconds(8);
        await StartSandboxAsync();
        await PlayedAsync();
        Assert.Equal(2, _pylon.Reports.Count);
    }

    [Fact]
    public async Task WorkersAskAgainWhenPylonIsBack()
    {
        _pylon.Define("prepare");
        await PlayedAsync();
        await _pylon.DownAsync();
        _pylon.Define("train");
        await _pylon.UpAsync();
        await PlayedAsync();
    }

    [Fact]
    public async Task APartIsDroppedWithItsLease()
    {
        _pylon.Lease = TimeSpan.FromSeconds(0.3);
        await PutAsync(new { part_ms = 60_000 });
        _pylon.PartsOfABatch = 1;
        var id = _pylon.Define("prepare");
        await Eventually.True(() => _pylon.Renewals > 1);
        _pylon.Withdrawn = true;
        await Eventually.Is(() => JobsAsync(id), jobs => jobs.Single()["held"]!.Value<int>() == 0);
        Assert.Empty(_pylon.Reports);
    }

    [Theory]
    [InlineData("fail_part", "prepare/part-1/FAILED prepare/part-1/SUCCESS train/part-1/SUCCESS")]
    [InlineData("fail_phase", "prepare/part-1/FAILED")]
    [InlineData("duplicate_reports", "prepare/part-1/SUCCESS prepare/part-1/REFUSED train/part-1/SUCCESS")]
    public async Task FaultsChangeTheReports(string kind, string reports)
    {
        _pylon.PartsOfABatch = 1;
        await FaultAsync(kind);
        _pylon.Define("prepare", "train");
        await Eventually.Is(() => Task.FromResult(string.Join(' ', _pylon.Reports.OrderBy(r => r.StartsWith("train", StringComparison.Ordinal)))), said => said == reports);
    }

    [Fact]
    public async Task LateReportsComeInReverse()
    {
        _pylon.PartsOfABatch = 3;
        await FaultAsync("late_reports");
        _pylon.Define("prepare");
        await PlayedAsync();
        Assert.Equal(["prepare/part-3/SUCCESS", "prepare/part-2/SUCCESS", "prepare/part-1/SUCCESS"], _pylon.Reports);
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

    private Task PlayedAsync() => Eventually.True(() => _pylon.Left == 0);

    private async Task FaultAsync(string kind)
    {
        using var answer = await _admin.PostAsJsonAsync("/admin/workers/faults", new { kind, action = "prepare" });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }
}
