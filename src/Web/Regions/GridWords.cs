using Pylon.Ingestion.V1;
using Pylon.Web.Words;

namespace Pylon.Web.Regions;

/// <summary>Values of the grid in words.</summary>
internal static class GridWords
{
    private static readonly string[] Bands = ["", "very low", "low", "moderate", "high", "very high"];

    /// <summary>1 to 5 by the bands of the year; 0 when it is not known.</summary>
    public static int Band(GridPoint? point) => Math.Max(0, Array.IndexOf(Bands, point?.CarbonIndex ?? ""));

    public static string BandName(int band) => Say.Word(Bands[band]);

    /// <summary>What is to be known about a value that is not a fresh measured one; empty for such a one.</summary>
    public static string Mark(GridPoint point) => point switch
    {
        { Synthetic: true } => "synthetic",
        { Stale: true } => "stale",
        { Actual: false } => "forecast",
        _ => "",
    };

    public static string Source(string source) => source switch
    {
        "carbon-intensity" => "Carbon Intensity API",
        "neso" => "NESO",
        "elexon" => "Elexon",
        "beckn" => "Beckn catalogues",
        "model" => "Pylon's model",
        "synthetic" => "synthetic",
        _ when source.StartsWith("blend:", StringComparison.Ordinal) => $"{Source(source[6..])} and Pylon's model",
        _ when source.StartsWith("import:", StringComparison.Ordinal) => $"import {source[7..]}",
        _ => source,
    };

    /// <summary>How a value changes over six hours.</summary>
    public static (string Arrow, string Text) Change(GridPoint? at, GridPoint? later)
    {
        if (at is null || later is null)
            return ("", "not known");
        var change = later.Value - at.Value;
        var isSame = Math.Abs(change) < Math.Max(5, 0.05 * at.Value);
        return isSame ? ("→", $"stays near {Say.Intensity(later.Value)}") : change > 0 ? ("↗", $"rises to {Say.Intensity(later.Value)}") : ("↘", $"falls to {Say.Intensity(later.Value)}");
    }
}
