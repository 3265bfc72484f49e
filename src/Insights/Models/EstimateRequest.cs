using Pylon.Insights.Inputs;

namespace Pylon.Insights.Models;

/// <summary>What is to be estimated.</summary>
/// <param name="Kind">logistics, factory, warehouse, delivery or compute; see <see cref="Entities.EmissionKind"/>.</param>
/// <param name="Features">The inputs.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended; null when that is not known.</param>
/// <param name="RegionId">1 to 18: whose carbon intensity its electricity has; null for the annual factor.</param>
/// <param name="Source">measured, reported, estimated or synthetic.</param>
internal sealed record EstimateRequest(string Kind, Features Features, DateTimeOffset Start, DateTimeOffset? End, int? RegionId, string Source);
