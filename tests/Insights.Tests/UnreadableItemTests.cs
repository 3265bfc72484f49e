using System.Text.Json;
using Pylon.Insights.V1;

namespace Pylon.Insights.Tests;

/// <summary>An item of a list whose JSON cannot be read is an error in its place, by the transcoder of the Gateway.</summary>
public sealed class UnreadableItemTests : IAsyncLifetime
{
    private const string Scenario =
        """{"scenario_type":"logistics","baseline_features":{"distance_km":120,"load_kg":450,"vehicle_type":"truck_diesel"},"changes":{"vehicle_type":"truck_ev"}}""";

    private const string Features = """{"kind":"logistics","features":{"distance_km":120,"load_kg":450,"vehicle_type":"truck_diesel"}}""";

    private InsightsStack _stack = null!;
    private RestStack _rest = null!;

    public async Task InitializeAsync()
    {
        _stack = await InsightsStack.StartAsync();
        _rest = await RestStack.StartAsync(_stack, EventService.Descriptor, SimulationService.Descriptor, PredictionService.Descriptor);
    }

    public async Task DisposeAsync()
    {
        await _rest.DisposeAsync();
        await _stack.DisposeAsync();
    }

    [Theory]
    [InlineData("17", "scenario must be a JSON object")]
    [InlineData("null", "scenario must be a JSON object")]
    [InlineData("[]", "scenario must be a JSON object")]
    [InlineData("""{"scenario_type":5}""", "scenario_type must be a string")]
    [InlineData("""{"scenario_type":"logistics","baseline_features":7}""", "baseline_features must be JSON of google.protobuf.Struct, with numbers in the range of a double")]
    [InlineData("""{"scenario_type":"logistics","colour":"red"}""", "colour unknown field")]
    [InlineData("""{"levers":[{"lever":1}]}""", "levers[0].lever must be a string")]
    public async Task A_scenario(string item, string error)
    {
        var (status, body) = await _rest.PostAsync("/simulate/batch", $"[{Scenario},{item},{Scenario}]");

        Assert.Equal(200, status);
        var results = body.EnumerateArray().ToList();
        Assert.Equal([true, false, true], results.ConvertAll(result => result.TryGetProperty("baseline_co2", out _)));
        Assert.Equal((error, "FIELD_INVALID"), (Text(results[1], "error"), Text(results[1], "reason")));
    }

    [Fact]
    public async Task A_scenario_that_is_compared()
    {
        var (status, body) = await _rest.PostAsync("/api/v1/simulate:compare", $$"""{"scenarios":[{"cost_gbp":"dear"},{{Scenario}}]}""");

        Assert.Equal(200, status);
        var results = body.GetProperty("scenarios").EnumerateArray().ToList();
        Assert.Equal("cost_gbp must be a number", Text(results[0].GetProperty("result"), "error"));
        Assert.Equal([false, true], results.ConvertAll(result => result.GetProperty("pareto").GetBoolean()));
    }

    [Fact]
    public async Task A_prediction()
    {
        var (status, body) = await _rest.PostAsync("/api/v1/predict:batch", $$"""{"items":[{"region_id":"north"},{{Features}},"x"]}""");

        Assert.Equal(200, status);
        var results = body.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["region_id must be an integer", null, "item must be a JSON object"], results.ConvertAll(result => result.TryGetProperty("error", out var error) ? error.GetString() : null));
        Assert.True(results[1].TryGetProperty("estimate", out _));
    }

    [Fact]
    public async Task An_event_goes_to_quarantine_with_what_could_be_read()
    {
        const string good = """{"event_id":"e-1","event_type":"factory","supplier_id":"F-1","timestamp":"2026-03-04T09:10:00Z","energy_kwh":10}""";
        var (status, body) = await _rest.PostAsync("/api/v1/emission-events:record", $$"""{"events":[{"event_id":"e-0","energy_kwh":"much"},{{good}},true]}""");

        Assert.Equal(200, status);
        var results = body.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(["quarantined", "accepted", "quarantined"], results.ConvertAll(result => Text(result, "result")));
        Assert.Contains("energy_kwh must be a number", results[0].GetRawText(), StringComparison.Ordinal);
        Assert.Contains("event must be a JSON object", results[2].GetRawText(), StringComparison.Ordinal);
        var listed = (await _rest.Http.GetStringAsync("/api/v1/emission-events/quarantine?source=rpc"))!;
        Assert.Equal(2, JsonDocument.Parse(listed).RootElement.GetProperty("events").GetArrayLength());
        Assert.Contains("e-0", listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_single_request_is_still_refused_with_its_field()
    {
        var (status, body) = await _rest.PostAsync("/simulate", """{"scenario_type":5}""");

        Assert.Equal((400, "scenario_type"), (status, Text(body.GetProperty("errors")[0], "field")));
    }

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
