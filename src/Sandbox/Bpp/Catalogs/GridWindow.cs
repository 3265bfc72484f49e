
namespace Pylon.Sandbox.Bpp.Catalogs;

/// <summary>One window of the built-in catalogue: hours of the day in one grid area.</summary>
/// <param name="Renewable">Share of renewables, percent.</param>
/// <param name="Carbon">gCO2/kWh.</param>
/// <param name="Capacity">MW for flexible compute.</param>
/// <param name="Price">GBP per kWh.</param>
internal sealed record GridWindow(
    string Key, string Area, string Zone, string Locality, string Region, double West, double South,
    string Name, int Start, int Hours, int Renewable, int Carbon, int Capacity, string Price)
{
    /// <summary>
    /// Synthetic, for local use. The figures rank as on a windy day on the GB grid (wind in Scotland and the north, gas in
    /// London and the south-east); none of them is measured.
    /// </summary>
    public static IReadOnlyList<GridWindow> BuiltIn { get; } =
    [
        new("shetland-night", "North Scotland", "UK-SCOT-1", "Inverness", "Highland", -4.6, 57.2, "North Scotland Night Wind", 0, 6, 96, 18, 250, "0.071"),
        new("edinburgh-morning", "South Scotland", "UK-SCOT-4", "Edinburgh", "Scotland", -3.5, 55.7, "South Scotland Morning Wind", 6, 6, 91, 34, 220, "0.079"),
        new("newcastle-evening", "Newcastle", "UK-NORTH-2", "Newcastle upon Tyne", "North East England", -1.9, 54.8, "North East Evening Window", 18, 5, 78, 88, 180, "0.088"),
        new("leeds-midday", "Leeds", "UK-NORTH-1", "Leeds", "Yorkshire and the Humber", -1.8, 53.6, "Yorkshire Midday Window", 11, 4, 69, 126, 160, "0.094"),
        new("birmingham-afternoon", "Birmingham", "UK-MIDS-1", "Birmingham", "West Midlands", -2.1, 52.3, "Midlands Afternoon Window", 13, 4, 54, 178, 140, "0.103"),
        new("norwich-morning", "Norwich", "UK-EAST-1", "Norwich", "East of England", 1.0, 52.4, "East Anglia Morning Offshore Wind", 9, 4, 83, 71, 200, "0.086"),
        new("london-night", "London", "UK-LOND-1", "London", "Greater London", -0.4, 51.3, "London Night Window", 1, 4, 47, 201, 120, "0.112"),
        new("cardiff-afternoon", "South Wales", "UK-WALES-1", "Cardiff", "Wales", -3.4, 51.4, "South Wales Afternoon Window", 14, 4, 38, 262, 110, "0.109"),
        new("exeter-solar", "South West", "UK-SWEST-1", "Exeter", "South West England", -3.8, 50.5, "South West Solar Window", 10, 6, 74, 97, 170, "0.081"),
        new("brighton-evening", "South East", "UK-SEAST-1", "Brighton", "South East England", -0.5, 50.7, "South East Evening Window", 19, 4, 33, 281, 100, "0.127"),
    ];
}
