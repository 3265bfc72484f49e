using System.Collections;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Import;

/// <summary>
/// Tracks seen half hours, one bit each, so memory grows with the months covered, not with the file.
/// </summary>
internal sealed class SeenHalfHours
{
    private const int PerMonth = 31 * 48;
    private readonly Dictionary<(int Region, int Month), BitArray> _months = [];

    /// <summary>False when it was seen before.</summary>
    public bool Add(int? region, DateTimeOffset start)
    {
        var (year, month) = (start.UtcDateTime.Year, start.UtcDateTime.Month);
        ref var bits = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_months, (region ?? 0, (year * 12) + month), out _);
        bits ??= new BitArray(PerMonth);
        var n = ((start.UtcDateTime.Day - 1) * 48) + (int)(start.UtcDateTime.TimeOfDay / HalfHour.Length);
        if (bits[n])
            return false;
        return bits[n] = true;
    }
}
