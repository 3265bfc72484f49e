using System.Net;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Tests;

public sealed class EngineTests
{
    private const string Predict = "/ml/api/v1/predict/logistics";
    private const string Features = """{"distance_km":120,"load_kg":450,"vehicle_type":"truck_diesel","fuel_type":"diesel"}""";
    private const string Recommend = "/rag/api/rag/recommend";
    private const string Hotspot = """{"supplier":"SUP-001","predicted":120,"baseline":80,"hotspot_reason":"activity","save_to_db":false}""";

    [Fact]
    public async Task EqualFeaturesGetEqualPredictions()
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        var (status, body) = await sandbox.SendAsync(HttpMethod.Post, Predict, Features);
        var (_, again) = await sandbox.SendAsync(HttpMethod.Post, Predict, Features);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(5.4, body["co2_kg"]!.Value<double>(), 9);
        JsonAssert.Equal("sandbox-ml-1", body["model_version"]);
        JsonAssert.Equal(0.85, body["confidence"]);
        JsonAssert.Equal(body, again);
        JsonAssert.Equal(2, (await sandbox.GetAsync("/admin/ml/requests")).Body["count"]);
    }

    [Theory]
    [InlineData("logistics", "{}", "load_kg", 422)]
    [InlineData("factory", """{"shift_hours":8}""", "energy_kwh", 422)]
    [InlineData("delivery", "[]", "object", 422)]
    [InlineData("space", "{}", "logistics, factory, warehouse, delivery", 404)]
    public async Task AMissingFeatureIsNamed(string kind, string features, string named, int expected)
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        var (status, body) = await sandbox.SendAsync(HttpMethod.Post, $"/ml/api/v1/predict/{kind}", features);

        Assert.Equal(expected, (int)status);
        Assert.Contains(named, body["detail"]!.Value<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheForecastIsTheLastWeekAgain()
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        var (_, body) = await sandbox.SendAsync(HttpMethod.Post, "/ml/api/v1/forecast/7d", """{"history":[1,10,20,30,40,50,60,70]}""");

        Assert.Equal([10.0, 20, 30, 40, 50, 60, 70], body["forecast"]!.Values<double>());
        Assert.Equal(7, body["confidence_low"]!.Count());
        Assert.Equal(7, body["confidence_high"]!.Count());
        JsonAssert.Equal(7, body["horizon_days"]);
    }

    [Fact]
    public async Task TheVersionOfTheModelCanBeChanged()
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        await sandbox.SendAsync(HttpMethod.Put, "/admin/ml/model", """{"model_version":"xgb-2"}""");

        JsonAssert.Equal("xgb-2", (await sandbox.SendAsync(HttpMethod.Post, Predict, Features)).Body["model_version"]);
    }

    [Theory]
    [InlineData("negative", "co2_kg", "-1")]
    [InlineData("huge", "co2_kg", "1000000000000.0")]
    [InlineData("wrong_unit", "unit", "\"g\"")]
    [InlineData("no_version", "model_version", null)]
    [InlineData("bad_confidence", "confidence", "85.0")]
    public async Task TheMlEngineLiesOnceOnDemand(string kind, string field, string? value)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.SendAsync(HttpMethod.Post, "/admin/ml/faults", new JObject { ["kind"] = kind }.ToString());

        var (_, lie) = await sandbox.SendAsync(HttpMethod.Post, Predict, Features);
        var (_, truth) = await sandbox.SendAsync(HttpMethod.Post, Predict, Features);

        Assert.Equal(value, lie[field] is { } given ? Json.Write(given) : null);
        Assert.Equal(5.4, truth["co2_kg"]!.Value<double>(), 9);
    }

    [Theory]
    [InlineData("nan", "\"co2_kg\":NaN")]
    [InlineData("wrong_shape", "[{\"co2_kg\"")]
    [InlineData("long_body", "xxxxxxxx")]
    public async Task TheMlEngineAnswersWhatIsNoAnswer(string kind, string part)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.SendAsync(HttpMethod.Post, "/admin/ml/faults", new JObject { ["kind"] = kind }.ToString());

        Assert.Contains(part, (await sandbox.SendTextAsync(HttpMethod.Post, Predict, Features)).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/admin/ml/faults", "health", "/ml/api/v1/health")]
    [InlineData("/admin/rag/faults", "health", "/rag/health")]
    public async Task AnEngineCanBeUnhealthy(string faults, string action, string health)
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await sandbox.GetAsync(health)).Status);

        await sandbox.SendAsync(HttpMethod.Post, faults, new JObject { ["kind"] = "http_error", ["action"] = action, ["http_status"] = 503 }.ToString());

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await sandbox.GetAsync(health)).Status);
    }

    [Fact]
    public async Task ADroppedConnectionIsAnError()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.SendAsync(HttpMethod.Post, "/admin/ml/faults", """{"kind":"drop_connection"}""");

        await Assert.ThrowsAsync<HttpRequestException>(() => sandbox.SendAsync(HttpMethod.Post, Predict, Features));
    }

    [Fact]
    public async Task TheRagServiceAdvisesAndStoresNothingWhenItIsToldNotTo()
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        var (status, body) = await sandbox.SendAsync(HttpMethod.Post, Recommend, Hotspot);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([12.0, 20, 8], body["actions"]!.Select(action => action["co2_reduction"]!.Value<double>()));
        JsonAssert.Equal(false, body["saved"]);
        Assert.Empty((JArray)(await sandbox.GetAsync("/rag/api/recommendations")).Body["recommendations"]!);
    }

    [Fact]
    public async Task WhatTheRagServiceStoresCanBeDecided()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        var (_, body) = await sandbox.SendAsync(HttpMethod.Post, Recommend, """{"supplier":"SUP-001","predicted":120,"baseline":80}""");
        var id = body["recommendations"]![0]!["id"]!.Value<string>();

        await sandbox.SendAsync(HttpMethod.Patch, $"/rag/api/recommendations/{id}", """{"status":"approved"}""");

        var approved = (await sandbox.GetAsync("/rag/api/recommendations?status=approved&supplier_id=SUP-001")).Body["recommendations"]!;
        Assert.Equal(id, Assert.Single(approved)["id"]!.Value<string>());
    }

    [Theory]
    [InlineData("""{"supplier":"SUP-001","predicted":0,"baseline":80}""")]
    [InlineData("""{"supplier":"SUP-001","predicted":120,"baseline":0}""")]
    [InlineData("""{"supplier":"SUP-001"}""")]
    [InlineData("nonsense")]
    public async Task TheRagServiceTakesAZeroForNothing(string request)
    {
        await using var sandbox = await SandboxFixture.StartAsync();

        Assert.Equal(HttpStatusCode.BadRequest, (await sandbox.SendAsync(HttpMethod.Post, Recommend, request)).Status);
    }

    [Fact]
    public async Task TheRagServiceAnswersMarkupAndNothingOnDemand()
    {
        await using var sandbox = await SandboxFixture.StartAsync();
        await sandbox.SendAsync(HttpMethod.Post, "/admin/rag/faults", """{"kind":"markup"}""");
        var (_, markup) = await sandbox.SendAsync(HttpMethod.Post, Recommend, Hotspot);
        await sandbox.SendAsync(HttpMethod.Post, "/admin/rag/faults", """{"kind":"no_actions"}""");
        var (_, nothing) = await sandbox.SendAsync(HttpMethod.Post, Recommend, Hotspot);

        Assert.StartsWith("<script>", markup["actions"]![0]!["title"]!.Value<string>(), StringComparison.Ordinal);
        Assert.Empty((JArray)nothing["actions"]!);
    }
}
