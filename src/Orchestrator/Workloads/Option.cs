using Pylon.Common.V1;

namespace Pylon.Orchestrator.Workloads;

/// <summary>A recommendation and, when a provider offers it, what is needed to book it; without an offer it comes from grid data.</summary>
internal sealed record Option(Recommendation Recommendation, ProviderOffer? Offer);
