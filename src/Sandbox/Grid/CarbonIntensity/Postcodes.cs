namespace Pylon.Sandbox.Grid.CarbonIntensity;

/// <summary>The approximate region of an outward postcode, by its letters.</summary>
internal static class Postcodes
{
    private static readonly string[] Areas =
    [
        "AB DD HS IV KW PA PH ZE", "DG EH FK G KA KY ML TD", "BB BL CA FY LA M OL PR SK WN", "DH DL NE SR TS", "BD DN HD HG HU HX LS S WF YO",
        "CH CW L LL SY WA", "CF LD NP SA", "B CV DY HR ST TF WR WS WV", "DE LE LN MK NG NN", "AL CB CM CO EN HA IG IP LU NR PE RM SG SS WD",
        "BA BS DT EX PL TA TQ TR", "BH GL GU HP OX PO RG SL SN SO SP UB", "E EC N NW SE SW W WC", "BN BR CR CT DA KT ME RH SM TN TW",
    ];

    private static readonly Dictionary<string, int> Regions = Areas
        .SelectMany((areas, i) => areas.Split(' ').Select(area => KeyValuePair.Create(area, i + 1))).ToDictionary(StringComparer.OrdinalIgnoreCase);

    public static int? RegionOf(string outward)
    {
        var letters = string.Concat(outward.TakeWhile(char.IsAsciiLetter));
        var rest = outward[letters.Length..];
        return rest.Length is >= 1 and <= 2 && char.IsAsciiDigit(rest[0]) && rest.All(char.IsAsciiLetterOrDigit) && Regions.TryGetValue(letters, out var region)
            ? region
            : null;
    }
}
