using Pylon.Ingestion.V1;
using Pylon.Rpc;

namespace Pylon.Ingestion.Zones;

/// <summary>A zone as a provider names it; what is blank is null.</summary>
internal sealed record ZoneReference(string? Code, string? Name, string? Locality, string? Region, string? Country)
{
    public const int MaxLength = 200;

    /// <param name="given">The reference in the request.</param>
    /// <param name="field">Its name in the request, for a refusal.</param>
    public static ZoneReference Read(GridZoneReference given, string field)
    {
        var reference = new ZoneReference(
            Text(given.GridZoneCode, $"{field}.grid_zone_code"),
            Text(given.ZoneName, $"{field}.zone_name"),
            Text(given.Locality, $"{field}.locality"),
            Text(given.Region, $"{field}.region"),
            CountryCode(given.Country));
        return reference is { Code: null, Name: null, Locality: null, Region: null }
            ? throw Refusal.InvalidArgument(field, "must have a grid_zone_code, zone_name, locality or region").AsException()
            : reference;
    }

    /// <summary>Of texts that are known to be short enough; at least one of the first four is not empty.</summary>
    public static ZoneReference Of(string code, string name, string locality, string region, string country)
    {
        return new ZoneReference(OrNull(code), OrNull(name), OrNull(locality), OrNull(region), CountryCode(country));

        static string? OrNull(string text) => text.Trim() is { Length: > 0 } given ? given : null;
    }

    private static string? Text(string text, string field) =>
        Field.Text(text, field, 0, MaxLength) is { Length: > 0 } given ? given : null;

    // The country only describes a zone, so one that is not a code is left out and refuses nothing.
    private static string? CountryCode(string text) =>
        text.Trim() is [var a, var b] && char.IsAsciiLetter(a) && char.IsAsciiLetter(b) ? text.Trim().ToUpperInvariant() : null;
}
