namespace Pylon.Ingestion.Regional;

/// <summary>A row of carbon_index_bands: the intensities (gCO2/kWh) from which on a period has each name.</summary>
internal sealed record CarbonIndexBand(int Year, int LowFrom, int ModerateFrom, int HighFrom, int VeryHighFrom);

/// <summary>Names an intensity by the bands of its year; outside the known years by the nearest.</summary>
internal sealed class CarbonIndex(IEnumerable<CarbonIndexBand> bands)
{
    /// <summary>Lowest first.</summary>
    public static readonly IReadOnlyList<string> Names = ["very low", "low", "moderate", "high", "very high"];

    /// <summary>The name that equals the text; null when there is no such name.</summary>
    public static string? Find(ReadOnlySpan<char> text)
    {
        for (var n = 0; n < Names.Count; n++)
        {
            if (text.SequenceEqual(Names[n]))
                return Names[n];
        }

        return null;
    }

    private readonly List<CarbonIndexBand> _bands = [.. bands.OrderBy(b => b.Year)];

    public string NameOf(int year, decimal intensity)
    {
        var band = _bands.FindLast(b => b.Year <= year) ?? _bands[0];
        return intensity switch
        {
            _ when intensity >= band.VeryHighFrom => "very high",
            _ when intensity >= band.HighFrom => "high",
            _ when intensity >= band.ModerateFrom => "moderate",
            _ when intensity >= band.LowFrom => "low",
            _ => "very low",
        };
    }
}
