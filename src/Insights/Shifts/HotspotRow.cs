namespace Pylon.Insights.Shifts;

/// <summary>What a shift needs of a hotspot.</summary>
internal sealed class HotspotRow
{
    public Guid Id { get; init; }
    public string Entity { get; init; } = "";
    public string EntityType { get; init; } = "";
    public string Cause { get; init; } = "";
    public string Status { get; init; } = "";
    public short? RegionId { get; init; }
    public Guid OperatorId { get; init; }

    public bool IsOpen => Status is "open" or "acknowledged";

    public bool IsDataCentre => EntityType == "data_centre";

    public bool IsShiftable => IsDataCentre || EntityType == "region";
}
