using System.Net.Http.Json;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Insights.V1;

namespace Pylon.Insights.Tests.Predictions;

public sealed class PredictionServiceTests
{
    [Fact]
    public async Task The_body_is_the_features_and_the_answer_the_estimate()
    {
        await using var stack = await InsightsStack.StartAsync();
        await using var rest = await RestStack.StartAsync(stack, PredictionService.Descriptor);

        var (status, body) = await rest.PostAsync("/api/v1/predict/logistics?source=measured", """{"distance_km":120,"load_kg":5000,"vehicle_type":"truck","boundary":"WTW","colour":"red"}""");

        Assert.Equal(200, status);
        Assert.Equal((75.132, "built-in-1", 1.0), (body.GetProperty("co2_kg").GetDouble(), body.GetProperty("model_version").GetString(), body.GetProperty("confidence").GetDouble()));
        Assert.Equal(("WTW", "desnz-2025", "built-in", ""), (Text("boundary"), Text("factor_set"), Text("engine"), Text("fallback_reason")));
        Assert.Equal(["27_304_3140_14_1", "pylon:hgv-wtt"], body.GetProperty("lines").EnumerateArray().Select(line => line.GetProperty("factor_id").GetString()));
        Assert.Equal(["colour"], body.GetProperty("unknown_inputs").EnumerateArray().Select(each => each.GetString()));

        string? Text(string name) => body.GetProperty(name).GetString();
    }

    [Theory]
    [InlineData("/api/v1/predict/boat", "{}", "kind: must be logistics, factory, warehouse, delivery or compute")]
    [InlineData("/api/v1/predict/factory", """{"energy_kwh":-1}""", "features.energy_kwh: must be from 0 to 1000000000000")]
    [InlineData("/api/v1/predict/factory?source=guess", """{"energy_kwh":1}""", "source: must be measured, reported, estimated or synthetic")]
    [InlineData("/api/v1/predict/factory?region_id=19", """{"energy_kwh":1}""", "region_id: must be from 1 to 18")]
    [InlineData("/api/v1/predict/factory?start_time=2026-01-02T00:00:00Z&end_time=2026-01-01T00:00:00Z", """{"energy_kwh":1}""", "end_time: must be later than start_time")]
    public async Task What_is_wrong_is_named(string path, string json, string detail)
    {
        await using var stack = await InsightsStack.StartAsync();
        await using var rest = await RestStack.StartAsync(stack, PredictionService.Descriptor);

        var (status, body) = await rest.PostAsync(path, json);

        Assert.Equal(400, status);
        Assert.Contains(detail.Replace(": must", " must", StringComparison.Ordinal), body.GetProperty("detail").GetString()!.Replace(": must", " must", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_bad_item_does_not_stop_the_others()
    {
        await using var stack = await InsightsStack.StartAsync();
        var client = new PredictionService.PredictionServiceClient(stack.Channel);

        var answer = await client.PredictBatchAsync(new PredictBatchRequest
        {
            Items =
            {
                Item("factory", """{"energy_kwh":12000}"""), Item("factory", """{"energy_kwh":"a"}"""), Item("delivery", """{"route_length":1,"vehicle_type":"two_wheeler"}"""), Item("factory", """{"energy_kwh":1000}"""),
            },
        });

        Assert.Equal([2124d, null, null, 177d], answer.Results.Select(each => each.Estimate?.Co2Kg));
        Assert.Equal(["", "FIELD_INVALID", "FACTOR_UNKNOWN", ""], answer.Results.Select(each => each.Reason));
    }

    [Fact]
    public async Task A_two_wheeler_can_be_configured()
    {
        await using var stack = await InsightsStack.StartAsync(null, "--Models:TwoWheelerKgKm=0.05");
        var client = new PredictionService.PredictionServiceClient(stack.Channel);

        var answer = await client.PredictAsync(Item("delivery", """{"route_length":10,"vehicle_type":"two_wheeler"}"""));

        Assert.Equal(0.5, answer.Estimate.Co2Kg);
    }

    [Fact]
    public async Task Electricity_of_a_region_has_the_intensity_of_its_time()
    {
        await using var ingestion = await IngestionServer.StartAsync();
        await using var stack = await InsightsStack.StartAsync(null, ingestion.Setting);
        var client = new PredictionService.PredictionServiceClient(stack.Channel);
        var item = Item("factory", """{"energy_kwh":10,"shift_hours":2}""");
        (item.RegionId, item.StartTime) = (2, new DateTimeOffset(2026, 3, 10, 12, 0, 0, TimeSpan.Zero).ToTimestamp());

        var estimate = (await client.PredictAsync(item)).Estimate;

        Assert.Equal((3.25, "ci:2", "carbon-intensity"), (estimate.Co2Kg, Assert.Single(estimate.Lines).FactorId, estimate.FactorSet));
    }

    [Fact]
    public async Task Without_Ingestion_electricity_has_the_annual_factor_and_says_so()
    {
        await using var stack = await InsightsStack.StartAsync();
        var client = new PredictionService.PredictionServiceClient(stack.Channel);
        var item = Item("factory", """{"energy_kwh":10,"shift_hours":2}""");
        item.RegionId = 2;

        var estimate = (await client.PredictAsync(item)).Estimate;

        Assert.Equal(1.77, estimate.Co2Kg);
        Assert.Contains("Electricity has the annual factor for 100 % of the time: Ingestion does not answer.", estimate.Assumptions);
    }

    [Fact]
    public async Task Factors_are_found_by_words_and_paged()
    {
        await using var stack = await InsightsStack.StartAsync();
        await using var rest = await RestStack.StartAsync(stack, PredictionService.Descriptor);

        var first = await rest.Http.GetFromJsonAsync<JsonElement>("/api/v1/factors?text=average%20laden%20artic&unit=tonne.km&page_size=2");
        var second = await rest.Http.GetFromJsonAsync<JsonElement>($"/api/v1/factors?text=average%20laden%20artic&unit=tonne.km&page_size=2&page_token={first.GetProperty("next_page_token").GetString()}");

        Assert.Contains("Open Government Licence v3.0", first.GetProperty("attribution").GetString(), StringComparison.Ordinal);
        Assert.Equal(["27_304_3128_14_1", "27_304_3132_14_1"], Ids(first));
        Assert.Equal(["27_304_3136_14_1", "27_306_3128_14_1"], Ids(second));

        static IEnumerable<string?> Ids(JsonElement page) => page.GetProperty("factors").EnumerateArray().Select(factor => factor.GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_blank_factor_has_no_number()
    {
        await using var stack = await InsightsStack.StartAsync();
        var client = new PredictionService.PredictionServiceClient(stack.Channel);

        var factor = Assert.Single((await client.ListFactorsAsync(new ListFactorsRequest { Text = "27_304_3129_14_1" })).Factors);

        Assert.False(factor.HasCo2E);
    }

    [Fact]
    public async Task More_than_1000_items_are_refused()
    {
        await using var stack = await InsightsStack.StartAsync();
        var client = new PredictionService.PredictionServiceClient(stack.Channel);
        var request = new PredictBatchRequest();
        request.Items.AddRange(Enumerable.Range(0, 1001).Select(_ => new PredictRequest()));

        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(async () => await client.PredictBatchAsync(request))).StatusCode);
    }

    private static PredictRequest Item(string kind, string features) => new() { Kind = kind, Features = JsonParser.Default.Parse<Struct>(features) };
}
