namespace Pylon.Orchestrator.Contexts;

/// <summary>A row of data_centres.</summary>
internal sealed record DataCentre
{
    public required Guid Id { get; init; }
    public required string DcId { get; init; }
    public required string Name { get; init; }
    public string? LocationRegion { get; init; }
    public short? RegionId { get; init; }
    public double? Pue { get; init; }
    public double? TotalCapacityTeraflops { get; init; }
    public double? TotalCapacityMw { get; init; }
    public double? FlexibilityRating { get; init; }
    public double? CurrentLoadPercentage { get; init; }
    public required string Status { get; init; }
    public required string Source { get; init; }
}
