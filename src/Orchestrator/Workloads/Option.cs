using Pylon.Common.V1;

namespace Pylon.Orchestrator.Workloads;

/// <summary>A recommendation in the making; without a provider's offer it comes from grid data and cannot be booked.</summary>
internal sealed record Option(Recommendation Recommendation, ProviderOffer? Offer);
