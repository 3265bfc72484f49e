using System.Net;
using Microsoft.AspNetCore.Http;
using Pylon.Insights.Engines;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Engines;

public sealed class MlEngineTests
{
    private const string Features = """{"distance_km":120,"load_kg":450}""";

    [Fact]
    public async Task A_prediction_keeps_its_digits_and_its_version()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", engine.Address + "/"));
        engine.Answers("""{"co2_kg":5.48802000001,"model_version":"xgb-2.1","confidence":0.85,"more":[1]}""");

        var answer = await host.Ml.PredictAsync("logistics", Features, default);

        Assert.Equal(new MlAnswer.Predicted(5.48802000001m, "xgb-2.1", 0.85m), answer);
        Assert.Equal(("/api/v1/predict/logistics", Features), Assert.Single(engine.Requests));
        Assert.Equal("xgb-2.1", host.Ml.ModelVersionOf("logistics"));
        Assert.Null(host.Ml.ModelVersionOf("factory"));
    }

    [Fact]
    public async Task An_engine_that_is_not_set_is_not_called()
    {
        await using var host = new EngineHost();

        var answer = await host.Ml.PredictAsync("logistics", Features, default);

        Assert.False(host.Ml.IsConfigured);
        Assert.Equal(new MlAnswer.Fallback("the ML engine was not used: ML_ENGINE_URL is not set"), answer);
    }

    [Theory]
    [InlineData("""{"co2_kg":-1,"model_version":"m","confidence":0.9}""", "its co2_kg is -1, less than 0", "too_small")]
    [InlineData("""{"co2_kg":NaN,"model_version":"m"}""", "its answer holds NaN or Infinity, which is no number", "not_finite")]
    [InlineData("""{"co2_kg":1e999,"model_version":"m"}""", "its co2_kg is not finite", "not_finite")]
    [InlineData("""{"co2_kg":1000000001,"model_version":"m"}""", "its co2_kg is 1E+09, more than 1000000000", "too_large")]
    [InlineData("""{"model_version":"m"}""", "its answer has no co2_kg", "missing")]
    [InlineData("""{"co2_kg":null,"model_version":"m"}""", "its answer has no co2_kg", "missing")]
    [InlineData("""{"co2_kg":"12","model_version":"m"}""", "its co2_kg is not a number", "not_a_number")]
    [InlineData("""{"co2_kg":12000,"unit":"g","model_version":"m"}""", "the unit of its answer is not kg", "unit")]
    [InlineData("""{"co2_kg":12,"model_version":"m","confidence":85}""", "its confidence is 85, more than 1", "too_large")]
    [InlineData("""{"co2_kg":12}""", "its model_version is not a text of 1 to 100 printable ASCII characters without spaces", "model_version")]
    [InlineData("""{"co2_kg":12,"model_version":"a\nb"}""", "its model_version is not a text of 1 to 100 printable ASCII characters without spaces", "model_version")]
    [InlineData("""[{"co2_kg":12}]""", "its answer is JSON, but no object", "not_an_object")]
    [InlineData("<html>", "its answer is no JSON object of at most 16 levels with each name once", "not_json")]
    [InlineData("", "its answer is no JSON object of at most 16 levels with each name once", "not_json")]
    [InlineData("""{"co2_kg":12,"co2_kg":13,"model_version":"m"}""", "its answer is no JSON object of at most 16 levels with each name once", "not_json")]
    public async Task An_answer_that_cannot_be_true_is_refused_and_counted_by_its_reason(string body, string reason, string word)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", engine.Address));
        engine.Answers(body);

        var answer = await host.Ml.PredictAsync("logistics", Features, default);

        Assert.Equal(new MlAnswer.Fallback("the ML engine was not used: " + reason), answer);
        Assert.Equal($"ml,{word}", Assert.Single(host.Counted("pylon.engine.refused")));
        Assert.Null(host.Ml.ModelVersionOf("logistics"));
    }

    [Fact]
    public async Task A_deep_answer_is_refused()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", engine.Address));
        engine.Answers($$"""{"co2_kg":1,"model_version":"m","x":{{new string('[', 40)}}{{new string(']', 40)}}}""");

        Assert.IsType<MlAnswer.Fallback>(await host.Ml.PredictAsync("factory", "{}", default));
    }

    [Fact]
    public async Task An_endless_answer_is_read_to_its_bound_only()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", engine.Address));
        engine.Answer = async http =>
        {
            var block = new byte[64 * 1024];
            while (!http.RequestAborted.IsCancellationRequested)
                await http.Response.Body.WriteAsync(block, http.RequestAborted);
        };

        var answer = await host.Ml.PredictAsync("factory", "{}", default);

        Assert.Equal(new MlAnswer.Fallback("the ML engine was not used: its answer is longer than 256 kB"), answer);
        Assert.Equal("ml,too_long", Assert.Single(host.Counted("pylon.engine.refused")));
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await FakeEngine.StartAsync();
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", engine.Address));
        engine.Answer = http =>
        {
            http.Response.Redirect(elsewhere.Address, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };

        Assert.Equal(new MlAnswer.Fallback("the ML engine was not used: HTTP 307"), await host.Ml.PredictAsync("factory", "{}", default));
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task An_attempt_that_fails_is_repeated_once()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", engine.Address));
        var calls = 0;
        engine.Answer = http => Interlocked.Increment(ref calls) == 1
            ? FakeEngine.WriteAsync(http, "later", 503)
            : FakeEngine.WriteAsync(http, """{"co2_kg":1,"model_version":"m"}""");

        Assert.Equal(new MlAnswer.Predicted(1, "m", null), await host.Ml.PredictAsync("factory", "{}", default));
        engine.Answers("no", 503);
        Assert.Equal(new MlAnswer.Fallback("the ML engine was not used: HTTP 503"), await host.Ml.PredictAsync("factory", "{}", default));
        Assert.Equal(4, engine.Requests.Count);
    }

    [Fact]
    public async Task A_refusal_of_the_engine_is_not_repeated()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", engine.Address));
        engine.Answers("""{"detail":"unknown kind"}""", 422);

        Assert.Equal(new MlAnswer.Fallback("the ML engine was not used: HTTP 422"), await host.Ml.PredictAsync("factory", "{}", default));
        Assert.Single(engine.Requests);
    }

    [Fact]
    public async Task After_five_failures_the_engine_is_not_called_any_more()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", engine.Address));
        engine.Answers("no", 500);

        List<MlAnswer> answers = [];
        for (var call = 0; call < 10; call++)
            answers.Add(await host.Ml.PredictAsync("factory", "{}", default));

        Assert.Equal(5, engine.Requests.Count);
        Assert.Equal(new MlAnswer.Fallback("the ML engine was not used: not called, because its last calls failed"), answers[^1]);
        Assert.Contains("ml,not_sent", host.Counted("pylon.engine.calls"));
    }

    [Fact]
    public async Task An_engine_that_hangs_is_left_after_its_timeout()
    {
        var time = new FakeTime();
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(time, ("MlEngine:BaseUrl", engine.Address));
        engine.Answer = http => Task.Delay(Timeout.Infinite, http.RequestAborted);

        var call = host.Ml.PredictAsync("factory", "{}", default);
        await Eventually.True(() => engine.Requests.Count == 1);
        await time.TimersWaiting();
        time.Advance(TimeSpan.FromSeconds(2));
        // The pause before the second attempt.
        await time.TimersWaiting();
        time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.True(() => engine.Requests.Count == 2);
        await time.TimersWaiting();
        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(new MlAnswer.Fallback("the ML engine was not used: no answer within 2 s"), await call);
        Assert.Equal(2, engine.Requests.Count);
    }

    [Fact]
    public async Task An_address_where_nobody_listens_costs_no_exception()
    {
        var address = "";
        await using (var engine = await FakeEngine.StartAsync())
            address = engine.Address;
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", address));

        Assert.Equal(new MlAnswer.Fallback("the ML engine was not used: it cannot be reached"), await host.Ml.PredictAsync("factory", "{}", default));
    }

    [Fact]
    public async Task The_caller_can_end_the_call()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", engine.Address));
        using var end = new CancellationTokenSource();
        engine.Answer = async http =>
        {
            await end.CancelAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Ml.PredictAsync("factory", "{}", end.Token));
    }

    [Fact]
    public async Task An_unhealthy_engine_is_not_called_until_it_is_healthy_again()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", engine.Address));
        engine.Health = 503;

        await host.Ml.Client.CheckAsync(default);
        var down = await host.Ml.PredictAsync("factory", "{}", default);
        engine.Health = 200;
        await host.Ml.Client.CheckAsync(default);

        Assert.Equal(new MlAnswer.Fallback("the ML engine was not used: not called since its health check failed: HTTP 503"), down);
        Assert.Equal(new MlAnswer.Predicted(12.5m, "m-1", 0.85m), await host.Ml.PredictAsync("factory", "{}", default));
        Assert.Single(engine.Requests);
    }

    [Fact]
    public async Task A_health_check_that_succeeds_again_closes_the_circuit()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", engine.Address));
        engine.Answers("no", 500);
        for (var call = 0; call < 3; call++)
            await host.Ml.PredictAsync("factory", "{}", default);
        engine.Health = 500;
        await host.Ml.Client.CheckAsync(default);
        engine.Answers("""{"co2_kg":1,"model_version":"m"}""");
        engine.Health = 200;

        await host.Ml.Client.CheckAsync(default);

        Assert.Equal(new MlAnswer.Predicted(1, "m", null), await host.Ml.PredictAsync("factory", "{}", default));
    }

    [Fact]
    public async Task The_version_of_a_model_is_known_for_half_a_minute()
    {
        var time = new FakeTime();
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(time, ("MlEngine:BaseUrl", engine.Address));
        await host.Ml.PredictAsync("factory", "{}", default);

        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal("m-1", host.Ml.ModelVersionOf("factory"));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(host.Ml.ModelVersionOf("factory"));
    }

    [Fact]
    public async Task The_service_checks_the_health_of_what_is_set()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var stack = await InsightsStack.StartAsync(null, $"--ML_ENGINE_URL={engine.Address}", "--MlEngine:HealthInterval=00:00:00.1");

        await Eventually.True(() => engine.HealthChecks > 1);
    }

    [Fact]
    public async Task The_next_seven_days_are_asked_for_with_the_history()
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", engine.Address));
        engine.Answers("""{"forecast":[1,2,3,4,5,6,7],"confidence_low":[0,1,2,3,4,5,6],"confidence_high":[2,3,4,5,6,7,8],"model_version":"f-1","horizon_days":7}""");

        var answer = Assert.IsType<MlForecast.Predicted>(await host.Ml.ForecastAsync([10, 20.5], default));

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], answer.Kg);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], answer.Low);
        Assert.Equal([2, 3, 4, 5, 6, 7, 8], answer.High);
        Assert.Equal("f-1", answer.ModelVersion);
        Assert.Equal(("/api/v1/forecast/7d", """{"history":[10,20.5]}"""), Assert.Single(engine.Requests));
    }

    [Theory]
    [InlineData("""{"forecast":[1,2,3],"confidence_low":[0,1,2,3,4,5,6],"confidence_high":[2,3,4,5,6,7,8],"model_version":"f"}""", "its forecast is not an array of 7 numbers")]
    [InlineData("""{"forecast":[1,2,3,4,5,6,-7],"confidence_low":[0,1,2,3,4,5,6],"confidence_high":[2,3,4,5,6,7,8],"model_version":"f"}""", "its forecast is -7, less than 0")]
    [InlineData("""{"forecast":[1,2,3,4,5,6,7],"confidence_low":[0,1,2,9,4,5,6],"confidence_high":[2,3,4,5,6,7,8],"model_version":"f"}""", "the forecast of its day 4 is not between confidence_low and confidence_high")]
    [InlineData("""{"forecast":[1,2,3,4,5,6,7]}""", "its confidence_low is not an array of 7 numbers")]
    public async Task A_forecast_of_the_wrong_shape_is_refused(string body, string reason)
    {
        await using var engine = await FakeEngine.StartAsync();
        await using var host = new EngineHost(null, ("MlEngine:BaseUrl", engine.Address));
        engine.Answers(body);

        Assert.Equal(new MlForecast.Fallback("the ML engine was not used: " + reason), await host.Ml.ForecastAsync([1], default));
    }
}
