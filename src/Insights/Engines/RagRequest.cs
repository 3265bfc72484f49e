namespace Pylon.Insights.Engines;

/// <summary>What the RAG service is asked about: a hotspot.</summary>
/// <param name="Supplier">The entity.</param>
/// <param name="PredictedKg">kg CO2e of the worst hour; more than 0.</param>
/// <param name="BaselineKg">kg CO2e that are normal in that hour; more than 0.</param>
/// <param name="HotspotReason">For example the cause, in words.</param>
/// <param name="HotspotId">The UUID of the hotspot.</param>
internal sealed record RagRequest(string Supplier, decimal PredictedKg, decimal BaselineKg, string HotspotReason, string HotspotId);
