namespace Pylon.Insights.Engines;

/// <summary>The external ML engine of ML_ENGINE_URL.</summary>
internal sealed class MlEngine
{
    /// <summary>False when ML_ENGINE_URL is not set: then nothing is asked.</summary>
    public bool IsConfigured => false;

    /// <summary>
    /// The version of the model that answered last for this kind, for the key of a cache; null when it has not answered
    /// yet. A new version changes it, so that what the old model said is not found any more.
    /// </summary>
    public string? ModelVersionOf(string kind) => null;

    /// <summary>Asks the engine what something emits. An engine that fails costs no exception.</summary>
    /// <param name="kind">logistics, factory, warehouse or delivery.</param>
    /// <param name="features">The seed's feature names and values, as a JSON object.</param>
    /// <param name="cancellationToken">Ends the call; this alone throws.</param>
    public Task<MlAnswer> PredictAsync(string kind, string features, CancellationToken cancellationToken) =>
        Task.FromResult<MlAnswer>(new MlAnswer.Fallback("ML_ENGINE_URL is not set"));
}
