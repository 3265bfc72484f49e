using System.Text.Json;

namespace Pylon.Orchestrator.Workloads;

/// <summary>What is needed, beside the recommendation itself, to order it from its provider.</summary>
/// <param name="BppId">The provider platform as it named itself; empty when it did not.</param>
/// <param name="BppUri">Its address in the network; empty when it did not give one.</param>
/// <param name="Offer">The beckn:Offer as the provider wrote it; null when the item has none.</param>
internal sealed record ProviderOffer(string BppId, string BppUri, JsonElement? Offer);
