namespace Pylon.Ingestion.Sources.CarbonIntensity;

/// <summary>The short names of the 18 regions, as the table regions has them.</summary>
internal static class RegionNames
{
    private static readonly string[] Names =
    [
        "North Scotland", "South Scotland", "North West England", "North East England", "Yorkshire", "North Wales & Merseyside",
        "South Wales", "West Midlands", "East Midlands", "East England", "South West England", "South England", "London",
        "South East England", "England", "Scotland", "Wales", "GB",
    ];

    // NESO's files write some of them otherwise.
    private static readonly Dictionary<string, int> Ids = new(
        Names.Select((name, i) => KeyValuePair.Create(name, i + 1))
            .Append(KeyValuePair.Create("North Wales and Merseyside", 6)).Append(KeyValuePair.Create("North Wales, Merseyside and Cheshire", 6)),
        StringComparer.OrdinalIgnoreCase);

    /// <param name="id">1 to 18.</param>
    public static string NameOf(int id) => Names[id - 1];

    public static int? IdOf(string? shortName) => shortName is not null && Ids.TryGetValue(shortName, out var id) ? id : null;
}
