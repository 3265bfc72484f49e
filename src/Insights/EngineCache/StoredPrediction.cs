namespace Pylon.Insights.EngineCache;

/// <summary>What an engine said.</summary>
/// <param name="Key">What it was asked.</param>
/// <param name="Co2Kg">kg CO2e.</param>
/// <param name="Confidence">0 to 1; null when it gave none.</param>
internal sealed record StoredPrediction(PredictionKey Key, decimal Co2Kg, decimal? Confidence);
