namespace Pylon.Ingestion.Zones;

/// <summary>A row of grid_zones.</summary>
internal sealed record Zone(
    Guid Id,
    string? Code,
    string? Name,
    string? Locality,
    string? Region,
    string? Country,
    int? RegionId,
    string Source)
{
    /// <summary>The source of the zones that the migrations bring.</summary>
    public const string Shipped = "pylon";
}
