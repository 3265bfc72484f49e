using Pylon.Ingestion.V1;

namespace Pylon.Orchestrator.Contexts;

/// <summary>The state of the grid as Ingestion knew it.</summary>
/// <param name="KnownAt">When it was read.</param>
/// <param name="National">Great Britain now.</param>
/// <param name="Regions">Each region now.</param>
/// <param name="Carbon">The forecast of the carbon intensity of Great Britain.</param>
/// <param name="Demand">The forecast of the demand.</param>
internal sealed record GridReading(
    DateTimeOffset KnownAt, NationalGrid National, IReadOnlyList<RegionalGrid> Regions, IReadOnlyList<GridPoint> Carbon, IReadOnlyList<GridPoint> Demand);
