using Google.Protobuf.WellKnownTypes;

namespace Pylon.Orchestrator.Workloads;

/// <summary>Where and until when the option of a workload is: the chosen one, or before the choice the first.</summary>
/// <param name="Regions">Any when empty.</param>
/// <param name="EndsAfter">Its window ends later; null for any.</param>
/// <param name="HostDcId">The data centre where the workload would run at once; null for any.</param>
internal sealed record PlaceFilter(IReadOnlyList<int> Regions, Timestamp? EndsAfter, Guid? HostDcId);
