using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Planning.Solving;

/// <summary>Sums must fit in 128 bits, with the multipliers of the search under limits on sums.</summary>
internal static class CostSize
{
    private const int BitsOfSums = 112;
    private const int BitsUnderLimits = 86;

    public static PlanRefusal? Check(PlanRequest request, ZoneWindow window)
    {
        var energy = window.Energy.Total + ((Int128)window.Energy.Restart * request.Duration);
        var bits = window.Limits.Count > 0 && !PieceSolver.IsConsecutive(request) ? BitsUnderLimits : BitsOfSums;
        var most = window.Limits.Select(limit => limit.Values).Append(window.Costs).Max(Largest);
        return most > (Int128.One << bits) / energy
            ? PlanRefusal.Invalid("power", "has too many digits for exact sums with this objective: use multiples of 100 W, or a weight with fewer digits")
            : null;
    }

    private static Int128 Largest(Int128[] values)
    {
        var most = Int128.Zero;
        foreach (var value in values)
            most = Int128.Max(most, Int128.Abs(value));
        return most;
    }
}
