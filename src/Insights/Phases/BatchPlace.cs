namespace Pylon.Insights.Phases;

/// <summary>Where a batch runs and what it was estimated to take.</summary>
/// <param name="Entity">The zone of the booked option, else the data centre where the workload was submitted.</param>
/// <param name="RegionId">1 to 18; null when not known.</param>
/// <param name="EstimatedKwh">Of the whole job; null when nothing is known.</param>
/// <param name="Phases">That run.</param>
internal sealed record BatchPlace(string BatchId, Guid WorkloadId, string Entity, int? RegionId, double? EstimatedKwh, int Phases);
