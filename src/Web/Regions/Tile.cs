namespace Pylon.Web.Regions;

/// <summary>A region of the Carbon Intensity API, and where it lies on the map of tiles: each region is equally large.</summary>
/// <param name="Lines">The name in as few letters as fit on a tile.</param>
internal sealed record Tile(int RegionId, string Name, string[] Lines, int Column, int Row)
{
    /// <summary>The regions of the distribution networks.</summary>
    public static IReadOnlyList<Tile> Map { get; } =
    [
        new(1, "North Scotland", ["North", "Scotland"], 2, 0),
        new(2, "South Scotland", ["South", "Scotland"], 2, 1),
        new(3, "North West England", ["North West", "England"], 1, 2),
        new(4, "North East England", ["North East", "England"], 2, 2),
        new(6, "North Wales & Merseyside", ["N Wales &", "Merseyside"], 1, 3),
        new(5, "Yorkshire", ["Yorkshire"], 2, 3),
        new(8, "West Midlands", ["West", "Midlands"], 1, 4),
        new(9, "East Midlands", ["East", "Midlands"], 2, 4),
        new(10, "East England", ["East", "England"], 3, 4),
        new(7, "South Wales", ["South", "Wales"], 0, 5),
        new(12, "South England", ["South", "England"], 1, 5),
        new(13, "London", ["London"], 2, 5),
        new(11, "South West England", ["South West", "England"], 0, 6),
        new(14, "South East England", ["South East", "England"], 2, 6),
    ];

    /// <summary>What contains them.</summary>
    public static IReadOnlyList<(int RegionId, string Name)> Countries { get; } = [(15, "England"), (16, "Scotland"), (17, "Wales"), (18, "Great Britain")];

    /// <summary>Null when there is no such region.</summary>
    public static string? NameOf(int regionId) =>
        Map.FirstOrDefault(tile => tile.RegionId == regionId)?.Name ?? Countries.FirstOrDefault(country => country.RegionId == regionId).Name;
}
