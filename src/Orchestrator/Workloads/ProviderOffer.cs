using System.Text.Json;
using Pylon.Beckn;

namespace Pylon.Orchestrator.Workloads;

/// <summary>What an order needs beside the recommendation.</summary>
/// <param name="BppId">The id of the provider platform; empty when it gave none.</param>
/// <param name="BppUri">Its address in the network; empty when it gave none.</param>
/// <param name="Offer">The beckn:Offer as the provider wrote it; null when the item has none.</param>
/// <param name="Spelling">How the provider spells a context; null when its catalogue does not tell.</param>
internal sealed record ProviderOffer(string BppId, string BppUri, JsonElement? Offer, BecknSpelling? Spelling = null);
