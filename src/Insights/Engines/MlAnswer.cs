namespace Pylon.Insights.Engines;

/// <summary>What the external ML engine says of one prediction, or why there is no answer of it that can be used.</summary>
internal abstract record MlAnswer
{
    private MlAnswer()
    {
    }

    /// <param name="Co2Kg">kg CO2e, 0 to 1e9.</param>
    /// <param name="ModelVersion">Of the model that answered, at most 100 characters.</param>
    /// <param name="Confidence">0 to 1, in the engine's own opinion; null when it gives none.</param>
    public sealed record Predicted(decimal Co2Kg, string ModelVersion, decimal? Confidence) : MlAnswer;

    /// <summary>The built-in model answers.</summary>
    /// <param name="Reason">Why, in words for the caller: the fallback_reason of an estimate.</param>
    public sealed record Fallback(string Reason) : MlAnswer;
}
