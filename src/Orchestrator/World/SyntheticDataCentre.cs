namespace Pylon.Orchestrator.World;

/// <summary>A data centre of the synthetic world.</summary>
internal sealed record SyntheticDataCentre(
    Guid Id, string DcId, string Name, short RegionId, string LocationRegion, double Pue, double TotalCapacityTeraflops, double FlexibilityRating);
