using System.Globalization;

namespace Pylon.Insights.Recommendations;

/// <summary>Why there is a hotspot, in a sentence.</summary>
internal static class RootCause
{
    public static string Of(DueHotspot hotspot)
    {
        var above = $"{hotspot.PercentAbove.ToString("0.#", CultureInfo.InvariantCulture)} % above what is normal for the hour";
        return hotspot.Cause switch
        {
            "activity" => $"{hotspot.Entity} did more than normal: emissions {above}.",
            "efficiency" => $"{hotspot.Entity} needed more for the same output: emissions {above}.",
            "grid" => $"The electricity of {hotspot.Entity} was dirtier than normal: {above}.",
            "factor" => $"{hotspot.Entity} used another fuel or vehicle: emissions {above}.",
            _ => $"A value of {hotspot.Entity} is not possible: {above}.",
        };
    }
}
