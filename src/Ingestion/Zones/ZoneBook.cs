using Pylon.Common.V1;

namespace Pylon.Ingestion.Zones;

/// <summary>
/// Zones by code, name, locality and region, without regard to the case of ASCII letters: exactly as the indexes of
/// grid_zones compare, so that both always agree.
/// </summary>
internal sealed class ZoneBook
{
    private readonly Dictionary<string, Zone> _byCode = [];
    private readonly Dictionary<string, List<Zone>> _byName = [];
    private readonly Dictionary<string, List<Zone>> _byLocality = [];
    private readonly Dictionary<string, List<Zone>> _byRegion = [];

    public ZoneBook(IEnumerable<Zone> zones)
    {
        foreach (var zone in zones)
            Add(zone);
    }

    public void Add(Zone zone)
    {
        if (zone.Code is not null)
            _byCode.Add(Fold(zone.Code), zone);
        AddTo(_byName, zone.Name, zone);
        AddTo(_byLocality, zone.Locality, zone);
        AddTo(_byRegion, zone.Region, zone);
    }

    /// <summary>The zone that the reference means, or null and <see cref="ZoneMatch.Unspecified"/>.</summary>
    public (Zone? Zone, ZoneMatch Match) Find(ZoneReference reference)
    {
        if (reference.Code is not null && _byCode.TryGetValue(Fold(reference.Code), out var same))
            return (same, ZoneMatch.Code);

        // A row with another code is another zone, whatever else the two have in common.
        var withoutCode = reference.Code is not null;
        if (Only(_byName, reference.Name, withoutCode) is { } named)
            return (named, ZoneMatch.Name);
        if (Only(_byLocality, reference.Locality, withoutCode) is { } near)
            return (near, ZoneMatch.Locality);
        if (Only(_byRegion, reference.Region, withoutCode) is { } around)
            return (around, ZoneMatch.Region);
        return (null, ZoneMatch.Unspecified);
    }

    public bool KnowsName(string name) => _byName.ContainsKey(Fold(name));

    /// <summary>Small letters for A to Z, all else as it is: lower(… COLLATE "C") of PostgreSQL.</summary>
    public static string Fold(string text) => string.Create(text.Length, text, static (target, source) =>
    {
        for (var i = 0; i < target.Length; i++)
            target[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
    });

    // A name that several zones share is ambiguous and matches none.
    private static Zone? Only(Dictionary<string, List<Zone>> zones, string? key, bool withoutCode)
    {
        if (key is null || !zones.TryGetValue(Fold(key), out var found))
            return null;
        Zone? only = null;
        foreach (var zone in found)
        {
            if (withoutCode && zone.Code is not null)
                continue;
            if (only is not null)
                return null;
            only = zone;
        }

        return only;
    }

    private static void AddTo(Dictionary<string, List<Zone>> zones, string? key, Zone zone)
    {
        if (key is null)
            return;
        if (zones.TryGetValue(Fold(key), out var found))
            found.Add(zone);
        else
            zones.Add(Fold(key), [zone]);
    }
}
