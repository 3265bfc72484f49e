using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Pylon.Insights.EngineCache;
using Pylon.Insights.Tests.Engines;
using Pylon.Insights.V1;

namespace Pylon.Insights.Tests.Predictions;

/// <summary>Estimates with an external ML engine.</summary>
public sealed class EngineEstimatesTests
{
    private const string Round = """{"route_length":87,"vehicle_type":"van"}""";

    [Fact]
    public async Task The_engine_is_sent_the_features_of_the_seed_with_their_defaults()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var stack = await StartAsync(engine);

        var estimate = await PredictAsync(stack, "delivery", Round);

        Assert.Equal((12.5, "ml", "m-1", 0.85, "NOT_STATED"), (estimate.Co2Kg, estimate.Engine, estimate.ModelVersion, estimate.Confidence, estimate.Boundary));
        Assert.Equal((7.5, 17.5), (estimate.LowKg, estimate.HighKg));
        Assert.Equal(("/api/v1/predict/delivery", """{"vehicle_type":"van","route_length":87,"traffic_score":3,"delivery_count":1}"""), Assert.Single(engine.Requests));
    }

    [Fact]
    public async Task The_same_question_is_asked_once_while_the_model_is_the_same()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var stack = await StartAsync(engine);
        await PredictAsync(stack, "delivery", Round);
        await PredictAsync(stack, "delivery", Round);
        Assert.Single(engine.Requests);

        // Another question tells that there is a new model; then the old answer is not used any more.
        engine.Answers("""{"co2_kg":13,"model_version":"m-2","confidence":0.9}""");
        await PredictAsync(stack, "delivery", """{"route_length":88,"vehicle_type":"van"}""");
        var again = await PredictAsync(stack, "delivery", Round);

        Assert.Equal((13d, "m-2"), (again.Co2Kg, again.ModelVersion));
        Assert.Equal(3, engine.Requests.Count);
        Assert.Equal(3L, await stack.Database.Database.ScalarAsync<long>("SELECT count(*) FROM insights.predictions"));
    }

    [Fact]
    public async Task Equal_questions_of_a_batch_are_asked_once()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var stack = await StartAsync(engine);
        var request = new PredictBatchRequest();
        request.Items.AddRange(Enumerable.Repeat(Item("delivery", Round), 50));

        var answer = await new PredictionService.PredictionServiceClient(stack.Channel).PredictBatchAsync(request);

        Assert.All(answer.Results, result => Assert.Equal(12.5, result.Estimate.Co2Kg));
        Assert.Single(engine.Requests);
    }

    [Theory]
    [InlineData("""{"co2_kg":-1,"model_version":"m"}""")]
    [InlineData("""{"co2_kg":1e12,"model_version":"m"}""")]
    [InlineData("""{"co2_kg":NaN,"model_version":"m"}""")]
    [InlineData("nothing")]
    public async Task An_answer_that_cannot_be_true_is_not_used_and_the_reason_is_told(string body)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var stack = await StartAsync(engine);
        engine.Answers(body);

        var estimate = await PredictAsync(stack, "delivery", Round);

        Assert.Equal((22.23807, "built-in"), (estimate.Co2Kg, estimate.Engine));
        Assert.NotEqual("", estimate.FallbackReason);
        Assert.Equal(0L, await stack.Database.Database.ScalarAsync<long>("SELECT count(*) FROM insights.predictions"));
    }

    [Fact]
    public async Task What_the_engine_does_not_take_is_answered_by_the_built_in_model()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var stack = await StartAsync(engine);

        Assert.Equal("the external engine has no model of compute", (await PredictAsync(stack, "compute", """{"energy_kwh":1}""")).FallbackReason);
        Assert.Equal("the external engine does not take load_fraction", (await PredictAsync(stack, "logistics", """{"distance_km":1,"vehicle_type":"rigid_7_5_17t","load_fraction":0.5}""")).FallbackReason);
        Assert.Empty(engine.Requests);
    }

    [Fact]
    public async Task The_engine_may_know_a_vehicle_that_the_factors_do_not()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var stack = await StartAsync(engine);

        Assert.Equal("ml", (await PredictAsync(stack, "delivery", """{"route_length":5,"vehicle_type":"two_wheeler"}""")).Engine);
    }

    [Fact]
    public async Task A_batch_asks_a_bounded_number_of_questions()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var stack = await StartAsync(engine, "--Models:MaxEngineCalls=2");
        var request = new PredictBatchRequest();
        request.Items.AddRange(Enumerable.Range(1, 5).Select(km => Item("delivery", $$"""{"route_length":{{km}},"vehicle_type":"van"}""")));

        var answer = await new PredictionService.PredictionServiceClient(stack.Channel).PredictBatchAsync(request);

        Assert.Equal(["ml", "ml", "built-in", "built-in", "built-in"], answer.Results.Select(each => each.Estimate.Engine));
        Assert.Equal("more than 2 questions in one batch", answer.Results[4].Estimate.FallbackReason);
        Assert.Equal(2, engine.Requests.Count);
    }

    [Fact]
    public async Task Old_predictions_and_those_above_the_bound_are_deleted()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var store = new PredictionStore(database.DataSource);
        var now = new DateTimeOffset(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);
        await store.PutAsync([Prediction(1), Prediction(2)], now.AddDays(-8), default);
        await store.PutAsync([Prediction(3), Prediction(4), Prediction(5)], now, default);

        Assert.Equal(3, await store.PurgeAsync(now.AddDays(-7), 2, 100, default));

        Assert.Equal(2L, await database.Database.ScalarAsync<long>("SELECT count(*) FROM insights.predictions"));
        Assert.Equal(0, await store.PurgeAsync(now.AddDays(-7), 2, 100, default));
    }

    [Fact]
    public async Task A_prediction_is_found_by_all_of_its_key_and_keeps_its_digits()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var store = new PredictionStore(database.DataSource);
        var now = new DateTimeOffset(2026, 1, 10, 0, 0, 0, TimeSpan.Zero);
        var known = Prediction(1) with { Co2Kg = 5.48802000001m, Confidence = null };
        await store.PutAsync([known], now, default);

        var found = await store.FindAsync([known.Key with { ModelVersion = "m-2" }, known.Key, known.Key with { Kind = "factory" }, known.Key with { FactorSet = "x" }], now.AddDays(-1), default);

        Assert.Equal(known, Assert.Single(found).Value);
        Assert.Empty(await store.FindAsync([known.Key], now, default));
    }

    private static StoredPrediction Prediction(int n) => new(new PredictionKey("logistics", $$"""{"distance_km":{{n}}}""", "desnz-2025", "ml", "m-1"), n, 0.5m);

    private static Task<InsightsStack> StartAsync(FakeEngine engine, params string[] settings) =>
        InsightsStack.StartAsync(null, [$"--MlEngine:BaseUrl={engine.Address}", .. settings]);

    private static PredictRequest Item(string kind, string features) => new() { Kind = kind, Features = JsonParser.Default.Parse<Struct>(features) };

    private static async Task<V1.Estimate> PredictAsync(InsightsStack stack, string kind, string features) =>
        (await new PredictionService.PredictionServiceClient(stack.Channel).PredictAsync(Item(kind, features))).Estimate;
}
