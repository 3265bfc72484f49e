namespace Pylon.Ingestion.Regional;

/// <summary>
/// The parameters of a network area: its part of the national demand and the output of its plants, in per cent of its mean
/// demand. Wind is that of a good breeze, solar at noon in June; what is missing is gas.
/// </summary>
internal sealed record SyntheticRegion(double Demand, double Wind, double Solar, double Nuclear, double Hydro, double Biomass, double Imports)
{
    /// <summary>The 14 network areas by region_id.</summary>
    public static readonly IReadOnlyDictionary<int, SyntheticRegion> Areas = new Dictionary<int, SyntheticRegion>
    {
        [1] = new(3, Wind: 95, Solar: 2, Nuclear: 0, Hydro: 22, Biomass: 1, Imports: 0),
        [2] = new(5, Wind: 70, Solar: 4, Nuclear: 30, Hydro: 4, Biomass: 4, Imports: 0),
        [3] = new(11, Wind: 18, Solar: 6, Nuclear: 35, Hydro: 0.5, Biomass: 3, Imports: 5),
        [4] = new(4, Wind: 20, Solar: 5, Nuclear: 40, Hydro: 0, Biomass: 10, Imports: 10),
        [5] = new(9, Wind: 22, Solar: 9, Nuclear: 0, Hydro: 0, Biomass: 34, Imports: 2),
        [6] = new(6, Wind: 35, Solar: 9, Nuclear: 0, Hydro: 2, Biomass: 3, Imports: 4),
        [7] = new(4, Wind: 14, Solar: 12, Nuclear: 0, Hydro: 0.5, Biomass: 3, Imports: 1),
        [8] = new(9, Wind: 8, Solar: 14, Nuclear: 10, Hydro: 0, Biomass: 8, Imports: 6),
        [9] = new(9, Wind: 18, Solar: 20, Nuclear: 0, Hydro: 0, Biomass: 12, Imports: 4),
        [10] = new(12, Wind: 40, Solar: 28, Nuclear: 14, Hydro: 0, Biomass: 6, Imports: 8),
        [11] = new(5, Wind: 14, Solar: 38, Nuclear: 10, Hydro: 0.5, Biomass: 3, Imports: 12),
        [12] = new(10, Wind: 9, Solar: 32, Nuclear: 8, Hydro: 0, Biomass: 4, Imports: 14),
        [13] = new(8, Wind: 12, Solar: 6, Nuclear: 8, Hydro: 0, Biomass: 5, Imports: 18),
        [14] = new(6, Wind: 22, Solar: 26, Nuclear: 20, Hydro: 0, Biomass: 4, Imports: 25),
    };

    /// <summary>England, Scotland, Wales and Great Britain, which contain others; area 6 reaches into England.</summary>
    public static readonly IReadOnlyDictionary<int, int[]> Containers = new Dictionary<int, int[]>
    {
        [15] = [3, 4, 5, 8, 9, 10, 11, 12, 13, 14],
        [16] = [1, 2],
        [17] = [6, 7],
        [18] = [.. Enumerable.Range(1, 14)],
    };
}
