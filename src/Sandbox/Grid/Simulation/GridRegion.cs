namespace Pylon.Sandbox.Grid.Simulation;

/// <summary>
/// A region of the Carbon Intensity API. The 14 network areas have their share of the national demand in per cent, and
/// the output of their plants in per cent of their own mean demand (wind at its mean, solar at noon in June); gas supplies
/// the rest. The other four regions are sums of network areas.
/// </summary>
internal sealed record GridRegion(
    int Id, string DnoRegion, string ShortName, double Demand = 0, double Wind = 0, double Solar = 0, double Nuclear = 0, double Hydro = 0, double Biomass = 0, double Imports = 0)
{
    public const int GreatBritain = 18;

    public static readonly IReadOnlyList<GridRegion> All =
    [
        new(1, "Scottish Hydro Electric Power Distribution", "North Scotland", Demand: 3, Wind: 88, Solar: 2, Hydro: 20, Biomass: 1),
        new(2, "SP Distribution", "South Scotland", Demand: 6, Wind: 62, Solar: 3, Nuclear: 28, Hydro: 3, Biomass: 5),
        new(3, "Electricity North West", "North West England", Demand: 10, Wind: 21, Solar: 5, Nuclear: 38, Biomass: 4, Imports: 3),
        new(4, "NPG North East", "North East England", Demand: 4, Wind: 24, Solar: 5, Nuclear: 36, Biomass: 14, Imports: 9),
        new(5, "NPG Yorkshire", "Yorkshire", Demand: 9, Wind: 26, Solar: 8, Biomass: 30, Imports: 3),
        new(6, "SP Manweb", "North Wales & Merseyside", Demand: 6, Wind: 31, Solar: 8, Hydro: 3, Biomass: 4, Imports: 6),
        new(7, "WPD South Wales", "South Wales", Demand: 4, Wind: 17, Solar: 13, Hydro: 1, Biomass: 3),
        new(8, "WPD West Midlands", "West Midlands", Demand: 9, Wind: 9, Solar: 13, Nuclear: 9, Biomass: 7, Imports: 5),
        new(9, "WPD East Midlands", "East Midlands", Demand: 9, Wind: 16, Solar: 22, Biomass: 11, Imports: 4),
        new(10, "UKPN East", "East England", Demand: 12, Wind: 37, Solar: 25, Nuclear: 15, Biomass: 6, Imports: 7),
        new(11, "WPD South West", "South West England", Demand: 5, Wind: 13, Solar: 35, Nuclear: 12, Hydro: 1, Biomass: 3, Imports: 10),
        new(12, "SSE South", "South England", Demand: 9, Wind: 10, Solar: 30, Nuclear: 7, Biomass: 4, Imports: 16),
        new(13, "UKPN London", "London", Demand: 8, Wind: 11, Solar: 7, Nuclear: 9, Biomass: 5, Imports: 21),
        new(14, "UKPN South East", "South East England", Demand: 6, Wind: 25, Solar: 24, Nuclear: 18, Biomass: 4, Imports: 27),
        new(15, "England", "England"),
        new(16, "Scotland", "Scotland"),
        new(17, "Wales", "Wales"),
        new(GreatBritain, "GB", "GB"),
    ];

    private static readonly Dictionary<int, int[]> Sums = new()
    {
        [15] = [3, 4, 5, 8, 9, 10, 11, 12, 13, 14],
        [16] = [1, 2],
        [17] = [6, 7],
        [GreatBritain] = [.. Enumerable.Range(1, 14)],
    };

    /// <summary>Its network areas; the region itself when it is one.</summary>
    public IEnumerable<GridRegion> Areas => Sums.TryGetValue(Id, out var areas) ? areas.Select(a => All[a - 1]) : [this];
}
