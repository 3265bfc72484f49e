using System.Collections.Concurrent;
using System.Text.Json;

namespace Pylon.Insights.Engines;

/// <summary>
/// The external ML engine of ML_ENGINE_URL: POST /api/v1/predict/{kind} and /api/v1/forecast/7d. When it is not set, fails or
/// answers what cannot be true, the built-in models answer, and the answer says why.
/// </summary>
internal sealed class MlEngine(EngineClient client, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (string Version, long Heard)> _versions = new(StringComparer.Ordinal);

    public EngineClient Client => client;

    /// <summary>False when ML_ENGINE_URL is not set: then nothing is asked.</summary>
    public bool IsConfigured => client.IsConfigured;

    /// <summary>
    /// The version of the model that answered for this kind within the last half minute (the health interval), for the key
    /// of a cache; null asks the engine again. So an answer of an old model is used at most that long.
    /// </summary>
    public string? ModelVersionOf(string kind) =>
        _versions.TryGetValue(kind, out var known) && time.GetElapsedTime(known.Heard) < client.Limits.HealthInterval ? known.Version : null;

    /// <summary>Asks the engine what something emits. An engine that fails costs no exception.</summary>
    /// <param name="kind">logistics, factory, warehouse or delivery.</param>
    /// <param name="features">The seed's feature names and values, as a JSON object.</param>
    /// <param name="cancellationToken">Ends the call; this alone throws.</param>
    public async Task<MlAnswer> PredictAsync(string kind, string features, CancellationToken cancellationToken)
    {
        var reply = await client.PostAsync($"api/v1/predict/{Uri.EscapeDataString(kind)}", features, cancellationToken);
        if (reply is not EngineReply.Answer answer)
            return new MlAnswer.Fallback(client.Because(reply.Problem));
        if (MlReader.Prediction(answer.Json, out var refusal) is not { } predicted)
            return new MlAnswer.Fallback(Refuse(refusal!));
        _versions[kind] = (predicted.ModelVersion, time.GetTimestamp());
        return predicted;
    }

    /// <summary>Asks the engine for the seven days after a history of daily totals, kg CO2e, oldest first.</summary>
    public async Task<MlForecast> ForecastAsync(IReadOnlyList<double> history, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.Serialize(new { history });
        var reply = await client.PostAsync("api/v1/forecast/7d", body, cancellationToken);
        if (reply is not EngineReply.Answer answer)
            return new MlForecast.Fallback(client.Because(reply.Problem));
        return MlReader.Forecast(answer.Json, out var refusal) as MlForecast ?? new MlForecast.Fallback(Refuse(refusal!));
    }

    private string Refuse(EngineRefusal refusal)
    {
        client.Refuse(refusal);
        return client.Because(refusal.Reason);
    }
}
