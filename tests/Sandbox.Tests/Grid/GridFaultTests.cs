using System.Net;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Tests.Grid;

public sealed class GridFaultTests
{
    private const string Intensity = "/carbon-intensity/intensity/2026-03-10T08:00Z/pt24h";
    private const string Points = "/neso/datastore_search?resource_id=aec5601a-7f3e-4c4c-bf56-d8e4184d3c5b";

    [Fact]
    public async Task ErrorsHaveTheBodyOfTheApiAndHitOnlyTheirDataset()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await FaultAsync(sandbox, "carbon-intensity", new { kind = "http_error", action = "intensity", count = 2 });

        Assert.Equal(HttpStatusCode.OK, (await sandbox.GetAsync("/carbon-intensity/generation")).Status);
        for (var i = 0; i < 2; i++)
        {
            var (status, body) = await sandbox.GetAsync(Intensity);
            Assert.Equal(HttpStatusCode.InternalServerError, status);
            JsonAssert.Equal("Requested resource not found.", body["error"]!["message"]);
        }

        Assert.Equal(HttpStatusCode.OK, (await sandbox.GetAsync(Intensity)).Status);
        var log = (await sandbox.GetAsync("/grid/carbon-intensity/requests")).Body["requests"]!;
        Assert.Equal(["200", "500", "500", "200"], log.Select(r => r["answer"]!.Value<string>()));
        JsonAssert.Equal(new JArray("http_error"), log[1]!["faults"]);
    }

    [Theory]
    [InlineData("empty_object", "{}")]
    [InlineData("empty_data", """{"data":[]}""")]
    public async Task AnswerIsEmpty(string kind, string expected)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await FaultAsync(sandbox, "carbon-intensity", new { kind });
        Assert.Equal((HttpStatusCode.OK, expected), await sandbox.SendTextAsync(HttpMethod.Get, Intensity, null));
    }

    [Theory]
    [InlineData("missing_rows", 2, 47)]
    [InlineData("duplicate_rows", 3, 52)]
    [InlineData("few_rows", 5, 5)]
    public async Task RowsAreLeftOutOrRepeated(string kind, int rows, int expected)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await FaultAsync(sandbox, "carbon-intensity", new { kind, keep_items = rows, match = "pt24h" });
        Assert.Single((await sandbox.GetAsync("/carbon-intensity/intensity")).Body["data"]!);
        Assert.Equal(expected, (await sandbox.GetAsync(Intensity)).Body["data"]!.Count());
    }

    [Theory]
    [InlineData("outlier", 2856)]
    [InlineData("zero", 0)]
    [InlineData("negative", -50)]
    public async Task ValuesAreImpossible(string kind, int expected)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await FaultAsync(sandbox, "carbon-intensity", new { kind });
        var data = (await sandbox.GetAsync(Intensity)).Body["data"]!;
        Assert.Equal((expected, expected), (data[0]!["intensity"]!["forecast"]!.Value<int>(), data[0]!["intensity"]!["actual"]!.Value<int>()));
        Assert.InRange(data[1]!["intensity"]!["actual"]!.Value<int>(), 1, 500);
    }

    [Fact]
    public async Task FailureCanHaveStatus200()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await FaultAsync(sandbox, "neso", new { kind = "success_false", action = "datastore_search" });
        Assert.Equal(HttpStatusCode.OK, (await sandbox.GetAsync("/neso/package_show?id=daily-demand-update")).Status);
        var (status, body) = await sandbox.GetAsync(Points);
        Assert.Equal(HttpStatusCode.OK, status);
        JsonAssert.Equal(false, body["success"]);
        Assert.NotNull(body["error"]!["__type"]);
    }

    [Fact]
    public async Task ZeroDemandCanBeFlaggedAsMetered()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await FaultAsync(sandbox, "neso", new { kind = "zero", match = "177f6fa4" });
        var row = (await sandbox.GetAsync("/neso/datastore_search?resource_id=177f6fa4-ae49-4182-81ea-0c6b35f26ca6&limit=1")).Body["result"]!["records"]![0]!;
        Assert.Equal(("A", 0), (row["FORECAST_ACTUAL_INDICATOR"]!.Value<string>(), row["ND"]!.Value<int>()));
    }

    [Fact]
    public async Task ConnectionIsCutBodyIsHalfAndTooManyAreRefused()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await FaultAsync(sandbox, "elexon", new { kind = "drop_connection", action = "demand-forecast" });
        await FaultAsync(sandbox, "elexon", new { kind = "malformed_body", action = "demand-outturn" });
        await FaultAsync(sandbox, "elexon", new { kind = "rate_limited", action = "system-prices" });

        await Assert.ThrowsAsync<HttpRequestException>(() => sandbox.GetAsync("/elexon/forecast/demand/day-ahead"));
        Assert.ThrowsAny<Newtonsoft.Json.JsonException>(() => Json.Parse(sandbox.SendTextAsync(HttpMethod.Get, "/elexon/demand/outturn", null).GetAwaiter().GetResult().Body));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await sandbox.GetAsync("/elexon/balancing/settlement/system-prices/2026-03-09")).Status);
    }

    [Fact]
    public async Task AnswerWaitsForTheClock()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await FaultAsync(sandbox, "elexon", new { kind = "delay", delay_ms = 60_000 });
        var asked = sandbox.GetAsync("/elexon/demand/outturn");
        await sandbox.Time.TimersWaiting();
        Assert.False(asked.IsCompleted);
        sandbox.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await asked).Status);
    }

    [Fact]
    public async Task UnchangedAnswerIsNotSentAgain()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (first, tag, _) = await sandbox.GetTaggedAsync(Intensity, null);
        var (again, _, body) = await sandbox.GetTaggedAsync(Intensity, tag);
        sandbox.Time.Advance(TimeSpan.FromMinutes(30));
        var (later, changed, _) = await sandbox.GetTaggedAsync(Intensity, tag);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotModified, HttpStatusCode.OK), (first, again, later));
        Assert.Empty(body);
        Assert.NotEqual(tag, changed);
    }

    [Fact]
    public async Task UnknownKindsAndDatasetsAreRefusedByName()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (status, body) = await sandbox.SendAsync(HttpMethod.Post, "/grid/neso/faults", """{"kind":"outlier","action":"intensity"}""");
        Assert.Equal((HttpStatusCode.BadRequest, "action"), (status, body["field"]!.Value<string>()));
        Assert.Contains("made up", (await sandbox.GetAsync("/neso")).Body["note"]!.Value<string>(), StringComparison.Ordinal);
    }

    private static async Task FaultAsync(SandboxFixture sandbox, string source, object fault)
    {
        var (status, body) = await sandbox.SendAsync(HttpMethod.Post, $"/grid/{source}/faults", JObject.FromObject(fault).ToString());
        Assert.True(status == HttpStatusCode.Created, body.ToString());
    }
}
