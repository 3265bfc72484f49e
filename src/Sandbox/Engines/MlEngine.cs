using System.Globalization;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Engines;

/// <summary>An ML engine as ML_ENGINE_URL names one: predictions, a forecast of seven days and its health, with faults on demand.</summary>
internal sealed class MlEngine(TimeProvider time)
{
    private const string Predict = "predict";
    private const string Forecast = "forecast";
    private const string Health = "health";
    private const string WrongUnit = "wrong_unit";
    private const string NoVersion = "no_version";
    private const string BadConfidence = "bad_confidence";
    private const string FirstVersion = "sandbox-ml-1";
    private readonly FaultBoard _board = new();
    private readonly RecentRequests<object> _asked = new(1_000);
    private volatile string _version = FirstVersion;

    public static void Map(WebApplication app)
    {
        var engine = new MlEngine(app.Services.GetRequiredService<TimeProvider>());
        app.MapPost("/ml/api/v1/predict/{kind}", (string kind, HttpContext http) => engine.PredictAsync(http, kind));
        app.MapPost("/ml/api/v1/forecast/7d", (Delegate)engine.ForecastAsync);
        app.MapGet("/ml/api/v1/health", (Delegate)engine.HealthAsync);
        app.MapFaults("/admin/ml/faults", engine._board, [.. EngineFaults.Kinds, WrongUnit, NoVersion, BadConfidence], [Predict, Forecast, Health], TimeSpan.FromSeconds(5));
        app.MapRecent("/admin/ml/requests", engine._asked);
        app.MapGet("/admin/ml/model", () => Json.Result(new { model_version = engine._version }));
        app.MapPut("/admin/ml/model", async (HttpContext http) =>
        {
            var body = await Json.ReadObjectAsync(http);
            body.CheckNames("model_version");
            engine._version = body.Text("model_version") is { Length: > 0 } version ? version : throw new BadInputException("model_version", "'model_version' is required");
            return Json.Result(new { model_version = engine._version });
        });
        app.MapClear("/admin/ml/model", () => engine._version = FirstVersion);
    }

    private async Task<IResult> PredictAsync(HttpContext http, string kind)
    {
        var (text, features, hit) = await ReadAsync(http, Predict);
        if (!MlModel.Kinds.Contains(kind))
            return await AnswerAsync(http, hit, Predict, text, 404, Detail($"kind must be one of {string.Join(", ", MlModel.Kinds)}"));
        if (features is null)
            return await AnswerAsync(http, hit, Predict, text, 422, Detail("the body must be a JSON object"));
        if (MlModel.Predict(kind, features, out var missing) is not { } kg)
            return await AnswerAsync(http, hit, Predict, text, 422, Detail($"{missing} is required"));
        var body = Versioned(hit, new JObject { ["co2_kg"] = EngineFaults.Lie(hit, kg) });
        body["confidence"] = hit.ContainsKey(BadConfidence) ? 85 : 0.85;
        if (hit.ContainsKey(WrongUnit))
            (body["co2_kg"], body["unit"]) = (kg * 1000, "g");
        return await AnswerAsync(http, hit, Predict, text, 200, body);
    }

    private async Task<IResult> ForecastAsync(HttpContext http)
    {
        var (text, request, hit) = await ReadAsync(http, Forecast);
        if (request?["history"] is not JArray { Count: > 0 } given || given.Any(value => value.Type is not (JTokenType.Integer or JTokenType.Float)))
            return await AnswerAsync(http, hit, Forecast, text, 422, Detail("history must be an array of numbers, one for each day"));
        var days = MlModel.Forecast([.. given.Select(value => value.Value<double>())]);
        var body = Versioned(hit, new JObject
        {
            ["forecast"] = new JArray(days.Select(kg => EngineFaults.Lie(hit, kg))),
            ["confidence_low"] = new JArray(days.Select(kg => kg * 0.9)),
            ["confidence_high"] = new JArray(days.Select(kg => kg * 1.1)),
        });
        body["horizon_days"] = MlModel.Days;
        if (hit.ContainsKey(WrongUnit))
            body["unit"] = "t";
        return await AnswerAsync(http, hit, Forecast, text, 200, body);
    }

    private Task<IResult> HealthAsync(HttpContext http) =>
        EngineFaults.SendAsync(http, _board.Take(Health, "", _ => true), time, 200, new JObject { ["status"] = "healthy", ["model_version"] = _version });

    private async Task<(string Text, JObject? Body, IReadOnlyDictionary<string, Fault> Hit)> ReadAsync(HttpContext http, string action)
    {
        var text = await Json.ReadTextAsync(http);
        return (text, Requested.Object(text), _board.Take(action, text, _ => true));
    }

    private JObject Versioned(IReadOnlyDictionary<string, Fault> hit, JObject body)
    {
        if (!hit.ContainsKey(NoVersion))
            body["model_version"] = _version;
        return body;
    }

    private Task<IResult> AnswerAsync(HttpContext http, IReadOnlyDictionary<string, Fault> hit, string action, string text, int status, JObject body)
    {
        _asked.Add(new { action, status = status.ToString(CultureInfo.InvariantCulture), faults = hit.Keys, at = time.GetUtcNow(), body = text });
        return EngineFaults.SendAsync(http, hit, time, status, body);
    }

    private static JObject Detail(string detail) => new() { ["detail"] = detail };
}
