using Pylon.Ingestion.Sources;
using Pylon.Ingestion.Sources.CarbonIntensity;

namespace Pylon.Ingestion.Postcodes;

/// <summary>Reads the answer of the Carbon Intensity API to <c>/regional/postcode/{postcode}</c>; its values are not read.</summary>
internal static class PostcodeAnswer
{
    private const int LastRegion = 17;

    /// <summary>Null when the answer names no region.</summary>
    public static PostcodeRegion? Read(string body, DateTimeOffset now)
    {
        if (JsonBody.Parse(body, new ParsedBody("postcode")) is not { } root)
            return null;
        var region = Row.From(root.Each("data").FirstOrDefault());
        int? number = int.TryParse(region.Text("regionid"), out var id) && id is >= 1 and <= LastRegion ? id : null;
        var named = RegionNames.IdOf(region.Text("shortname")) is { } one and <= LastRegion ? one : (int?)null;
        if ((named ?? number) is not { } found)
            return null;
        // The API has answered EN2 with the number 9 and the names of 10, its right region: a name is not mistyped into another.
        var note = number is { } given && given != found ? $"the source's number is {given}, its name that of region {found}, which is taken" : "";
        return new PostcodeRegion(found, RegionNames.NameOf(found), note, now);
    }
}
