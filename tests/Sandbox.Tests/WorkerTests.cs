using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Newtonsoft.Json.Linq;
using Pylon.Testing;

namespace Pylon.Sandbox.Tests;

/// <summary>The workers that run the phases of workloads.</summary>
public sealed class WorkerTests : IAsyncLifetime
{
    private readonly FakePylon pylon = new();
    private WebApplication sandbox = null!;
    private HttpClient admin = null!;

    public async Task InitializeAsync()
    {
        await pylon.Up();
        await StartSandbox();
    }

    public async Task DisposeAsync()
    {
        await StopSandbox();
        await pylon.DisposeAsync();
    }

    [Fact]
    public async Task PhasesAreRunInTheirOrderAndReportedPartByPart()
    {
        var id = pylon.Define("prepare", "train");
        await Ended(id, "done");
        Assert.Equal(["prepare/part-1/SUCCESS", "prepare/part-2/SUCCESS", "train/part-1/SUCCESS", "train/part-2/SUCCESS"], pylon.Reports.Select(r => r.What));
        Assert.Equal(4, pylon.Reports.Select(r => r.Id).Distinct().Count());
    }

    [Fact]
    public async Task WorkersThatComeAfterThoseThatDiedSayTheSameAndOnlyWhatIsLeft()
    {
        await Put(new { paused = true });
        var id = pylon.Define("prepare", "train");
        await Eventually.Is(() => Jobs(id), jobs => jobs.Count == 1);
        await Put(new { part_ms = 1 });
        await StopSandbox();
        await StartSandbox();
        await Ended(id, "done");
        var first = pylon.Reports.ToList();
        Assert.Equal(4, first.Count);

        // Nothing is left to do; another batch shows that this one was passed.
        await StopSandbox();
        await StartSandbox();
        await Ended(id, "done");
        Assert.Equal(first, pylon.Reports);
    }

    [Fact]
    public async Task BroadcastThatGoesIsComeBackToWithTheLastPosition()
    {
        var before = pylon.Define("prepare");
        await Ended(before, "done");
        await pylon.Down();
        var missed = pylon.Define("train");
        await pylon.Up();
        await Ended(missed, "done");
        Assert.Equal("1", pylon.CameBackWith.Last());
    }

    [Fact]
    public async Task OnlyScheduledWorkloadsAreWorkedFor()
    {
        var foreign = pylon.Define("essays", ["spellcheck"], isWorkload: false);
        await Ended(foreign, "no workload that is scheduled");

        await Put(new { part_ms = 50 });
        var cancelled = pylon.Define("prepare", "train");
        await Eventually.True(() => !pylon.Reports.IsEmpty);
        pylon.Scheduled[cancelled] = false;
        await Ended(cancelled, "no workload that is scheduled");
        Assert.DoesNotContain(pylon.Reports, r => r.What.StartsWith("train", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("fail_part", "done", "prepare/part-1/FAILED prepare/part-1/SUCCESS train/part-1/SUCCESS")]
    [InlineData("fail_phase", "failed in prepare", "prepare//FAILED")]
    [InlineData("duplicate_reports", "done", "prepare/part-1/SUCCESS prepare/part-1/SUCCESS train/part-1/SUCCESS")]
    [InlineData("late_reports", "done", "train/part-1/SUCCESS prepare/part-1/SUCCESS")]
    public async Task WhatGoesWrongOnDemand(string kind, string outcome, string reports)
    {
        pylon.PartsOfABatch = 1;
        using var answer = await admin.PostAsJsonAsync("/admin/workers/faults", new { kind, action = "prepare" });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        await Ended(pylon.Define("prepare", "train"), outcome);
        Assert.Equal(reports, string.Join(' ', pylon.Reports.Select(r => r.What)));
        Assert.Equal(pylon.Reports.Select(r => r.What).Distinct().Count(), pylon.Reports.Select(r => r.Id).Distinct().Count());
    }

    [Theory]
    [InlineData("""{"paused": "yes"}""", "paused")]
    [InlineData("""{"part_ms": -1}""", "part_ms")]
    [InlineData("""{"speed": 1}""", "speed")]
    public async Task WrongSteeringIsRefusedByName(string body, string field)
    {
        using var answer = await admin.PutAsync("/admin/workers", new StringContent(body));
        Assert.Equal((400, field), ((int)answer.StatusCode, JObject.Parse(await answer.Content.ReadAsStringAsync())["field"]!.Value<string>()));
    }

    private async Task StartSandbox()
    {
        sandbox = SandboxHost.Build(["--PYLON_HTTP_PORT=0", $"--PYLON_URL={pylon.Url}", "--SANDBOX_PART_MS=0", "--Logging:LogLevel:Default=None"]);
        await sandbox.StartAsync();
        admin = new HttpClient { BaseAddress = new Uri(sandbox.Urls.Single()) };
    }

    private async Task StopSandbox()
    {
        admin.Dispose();
        await sandbox.StopAsync();
        await sandbox.DisposeAsync();
    }

    private async Task Put(object body) => (await admin.PutAsJsonAsync("/admin/workers", body)).EnsureSuccessStatusCode();

    private async Task<JArray> Jobs(string id) =>
        (JArray)JObject.Parse(await admin.GetStringAsync($"/admin/workers?batch_id={id}"))["jobs"]!;

    private Task Ended(string id, string state) =>
        Eventually.Is(() => Jobs(id), jobs => jobs.Count == 1 && jobs[0]["state"]!.Value<string>() == state, because: $"{id} ends with {state}");
}
