using Pylon.Ingestion.Zones;

namespace Pylon.Ingestion.Regional;

/// <summary>The latest state of a region, as read.</summary>
internal sealed record RegionalState(
    int RegionId,
    string Name,
    string DnoRegion,
    DateTimeOffset Start,
    DateTimeOffset End,
    double IntensityGco2Kwh,
    string Index,
    string Source,
    DateTimeOffset CapturedAt,
    IReadOnlyList<FuelPercent> Mix,
    Zone? Zone);
