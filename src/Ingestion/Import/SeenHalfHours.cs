using System.Collections;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Import;

/// <summary>
/// Which half hours the lines have told of: a bit for each of a month, so that a file of any length takes no more than its
/// months do.
/// </summary>
internal sealed class SeenHalfHours
{
    private const int PerMonth = 31 * 48;
    private readonly Dictionary<(int Region, int Month), BitArray> _months = [];

    /// <summary>False when it was there.</summary>
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
