using System.Text.Json;
using Grpc.Core;
using Pylon.Insights.V1;

namespace Pylon.Insights.Tests.Simulation;

public sealed class SimulationServiceTests
{
    private const string Curl = """
        {"scenario_type":"logistics","baseline_features":{"distance_km":120,"load_kg":450,"vehicle_type":"truck_diesel","fuel_type":"diesel","avg_speed":50,"stop_events":4},"changes":{"vehicle_type":"truck_ev"}}
        """;

    [Theory]
    [InlineData("/simulate")]
    [InlineData("/api/v1/simulate")]
    public async Task The_scenario_of_the_seed_has_its_shape(string path)
    {
        await using var stack = await InsightsStack.StartAsync();
        await using var rest = await RestStack.StartAsync(stack, SimulationService.Descriptor);

        var (status, body) = await rest.PostAsync(path, Curl);

        Assert.Equal(200, status);
        Assert.Equal(
            (5.49, 1.91, -3.58, -65.16, "logistics"),
            (Number("baseline_co2"), Number("modified_co2"), Number("delta"), Number("percent_change"), body.GetProperty("scenario_type").GetString()));
        Assert.Equal("""{ "vehicle_type": "truck_ev" }""", body.GetProperty("changes_applied").GetRawText());
        Assert.Equal((5.48802, 1.91181), (Number("baseline_kg"), Math.Round(Number("modified_kg"), 5)));
        Assert.Equal(0.45, body.GetProperty("modified").GetProperty("confidence").GetDouble());
        Assert.Equal("vehicle", Assert.Single(body.GetProperty("levers").EnumerateArray()).GetProperty("lever").GetString());
        Assert.True(Number("low") < Number("delta_kg") && Number("delta_kg") < Number("high"));
        Assert.True(body.GetProperty("distinguishable").GetBoolean());

        double Number(string name) => body.GetProperty(name).GetDouble();
    }

    [Fact]
    public async Task A_change_that_nobody_knows_or_that_changes_nothing_is_told()
    {
        await using var stack = await InsightsStack.StartAsync();
        await using var rest = await RestStack.StartAsync(stack, SimulationService.Descriptor);

        var (_, body) = await rest.PostAsync("/simulate", Curl.Replace("""{"vehicle_type":"truck_ev"}""", """{"vehicle_type":"truck_ev","colour":"red","avg_speed":30}""", StringComparison.Ordinal));

        Assert.Equal(["colour", "avg_speed"], body.GetProperty("unused_changes").EnumerateArray().Select(each => each.GetString()));
        Assert.Equal(["vehicle_type"], body.GetProperty("changes_applied").EnumerateObject().Select(each => each.Name));
    }

    [Fact]
    public async Task A_batch_is_an_array_in_and_an_array_out_and_a_bad_item_has_its_place()
    {
        await using var stack = await InsightsStack.StartAsync();
        await using var rest = await RestStack.StartAsync(stack, SimulationService.Descriptor);

        var (status, body) = await rest.PostAsync(
            "/simulate/batch",
            $$$"""[{{{Curl}}}, {"scenario_type":"delivery","baseline_features":{}}, {"scenario_type":"logistics","baseline_features":{"distance_km":"far"} }, {{{Curl}}}]""");

        Assert.Equal(200, status);
        var items = body.EnumerateArray().ToList();
        Assert.Equal(4, items.Count);
        Assert.Equal([5.49, 5.49], new[] { items[0], items[3] }.Select(each => each.GetProperty("baseline_co2").GetDouble()));
        Assert.Equal(("delivery", "route_length must be more than 0"), (items[1].GetProperty("scenario_type").GetString(), items[1].GetProperty("error").GetString()));
        Assert.Equal("baseline_features.distance_km must be a number", items[2].GetProperty("error").GetString());
        Assert.False(items[1].TryGetProperty("baseline_co2", out _));
        Assert.False(items[0].TryGetProperty("error", out _));
    }

    [Fact]
    public async Task A_batch_has_at_most_1000_scenarios_in_their_order()
    {
        await using var stack = await InsightsStack.StartAsync();
        var client = new SimulationService.SimulationServiceClient(stack.Channel);
        var request = new SimulateBatchRequest();
        for (var n = 1; n <= 1000; n++)
            request.Scenarios.Add(Scenario($$"""{"distance_km":{{n}},"load_kg":1000,"vehicle_type":"rail"}"""));

        var answer = await client.SimulateBatchAsync(request);
        Assert.Equal(Enumerable.Range(1, 1000).Select(n => (double)(n * 0.02779m)), answer.Results.Select(each => each.BaselineKg));

        request.Scenarios.Add(Scenario("{}"));
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await client.SimulateBatchAsync(request));
        Assert.Equal((StatusCode.InvalidArgument, "scenarios must be at most 1000"), (refused.StatusCode, refused.Status.Detail));
    }

    [Fact]
    public async Task A_lever_that_cannot_be_applied_is_a_400_with_its_reason()
    {
        await using var stack = await InsightsStack.StartAsync();
        await using var rest = await RestStack.StartAsync(stack, SimulationService.Descriptor);

        var (status, body) = await rest.PostAsync("/simulate", Curl.Replace("""{"vehicle_type":"truck_ev"}""", """{"load_factor":0.7}""", StringComparison.Ordinal));

        Assert.Equal((400, "LEVER_NOT_APPLICABLE"), (status, body.GetProperty("reason").GetString()));
        Assert.Contains("a mix of a fleet", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Levers_are_applied_in_their_order_after_the_changes()
    {
        await using var stack = await InsightsStack.StartAsync();
        await using var rest = await RestStack.StartAsync(stack, SimulationService.Descriptor);

        var (status, body) = await rest.PostAsync("/simulate", """
            {"scenario_type":"factory","baseline_features":{"energy_kwh":12000,"shift_hours":8,"boundary":"GENERATION_TD"},
             "changes":{"renewable_share":0.4},
             "levers":[{"lever":"efficiency","parameters":{"reduction":0.5}}]}
            """);

        Assert.Equal(200, status);
        Assert.Equal(["renewable_share", "efficiency"], body.GetProperty("levers").EnumerateArray().Select(each => each.GetProperty("lever").GetString()));
        Assert.Equal((2346.36, 703.91), (body.GetProperty("baseline_co2").GetDouble(), body.GetProperty("modified_co2").GetDouble()));
    }

    [Fact]
    public async Task A_time_shift_plans_on_the_carbon_that_is_given()
    {
        await using var stack = await InsightsStack.StartAsync();
        await using var rest = await RestStack.StartAsync(stack, SimulationService.Descriptor);

        var (status, body) = await rest.PostAsync("/simulate", """
            {"scenario_type":"compute","source":"measured","baseline_features":{"energy_kwh":20,"pue":1},"duration":"7200s",
             "carbon":[{"zone":"x","start_time":"2026-01-01T00:00:00Z","step":"3600s","values":[300,300,300,300,300,300,300,300,300,300,300,300,100,100,100]}],
             "changes":{"time_shift":{"slack_hours":22}}}
            """);

        Assert.Equal(200, status);
        Assert.Equal((6.0, 2.0, -66.67), (body.GetProperty("baseline_co2").GetDouble(), body.GetProperty("modified_co2").GetDouble(), body.GetProperty("percent_change").GetDouble()));
        Assert.Equal(("2026-01-01T12:00:00Z", 12.0), (body.GetProperty("start_time").GetString(), body.GetProperty("hours_late").GetDouble()));
    }

    [Theory]
    [InlineData("""{"scenario_type":"compute","carbon":[{"zone":"x","values":[1]}]}""", "carbon[0].start_time must be given, here or for the scenario")]
    [InlineData("""{"scenario_type":"compute","start_time":"2026-01-01T00:00:00Z","carbon":[{"zone":"x","values":[-1]}]}""", "carbon[0].values must be numbers from 0 to 10000")]
    [InlineData("""{"scenario_type":"compute","start_time":"2026-01-01T00:00:00Z","carbon":[{"zone":"x","values":["NaN"]}]}""", "carbon[0].values must be numbers from 0 to 10000")]
    [InlineData("""{"scenario_type":"compute","region_id":19}""", "region_id must be from 1 to 18")]
    [InlineData("""{"scenario_type":"sea","baseline_features":{}}""", "scenario_type must be logistics, factory, warehouse, delivery or compute")]
    [InlineData("""{"scenario_type":"logistics","changes":{"distance":2}}""", "changes.distance.reduction must be given, from 0 to 1")]
    [InlineData("""{"scenario_type":"logistics","changes":{"mode_shift":{}}}""", "changes.mode_shift.to must be given: a word of vehicle_type, for example rail")]
    [InlineData("""{"scenario_type":"logistics","levers":[{"lever":"magic"}]}""", "levers[0] must be one of mode_shift, air_to_sea, load_factor, vehicle, renewable_share, distance, efficiency, time_shift, zone_shift")]
    [InlineData("""{"scenario_type":"compute","changes":{"zone_shift":{"zones":[{"region_id":0.5}]}}}""", "changes.zone_shift.zones[0] must have a zone of carbon, or a region_id from 1 to 18")]
    public async Task What_is_wrong_is_named(string json, string detail)
    {
        await using var stack = await InsightsStack.StartAsync();
        await using var rest = await RestStack.StartAsync(stack, SimulationService.Descriptor);

        var (status, body) = await rest.PostAsync("/simulate", json);

        Assert.Equal(400, status);
        Assert.Contains(detail, body.GetProperty("detail").GetString()!.Replace(": must", " must", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_comparison_marks_what_no_other_scenario_beats()
    {
        await using var stack = await InsightsStack.StartAsync();
        var client = new SimulationService.SimulationServiceClient(stack.Channel);
        var request = new CompareScenariosRequest();
        foreach (var (vehicle, cost) in new[] { ("truck", 100), ("rail", 80), ("air_domestic", 500), ("container_ship", 200) })
        {
            var scenario = Scenario($$"""{"distance_km":100,"load_kg":1000,"vehicle_type":"{{vehicle}}"}""");
            scenario.CostGbp = cost;
            request.Scenarios.Add(scenario);
        }

        var answer = await client.CompareScenariosAsync(request);

        Assert.Equal([false, true, false, true], answer.Scenarios.Select(each => each.Pareto));
    }

    private static SimulateRequest Scenario(string features) => new()
    {
        ScenarioType = "logistics",
        BaselineFeatures = Google.Protobuf.JsonParser.Default.Parse<Google.Protobuf.WellKnownTypes.Struct>(features),
    };
}
