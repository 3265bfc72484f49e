using System.Runtime.InteropServices;
using Pylon.Insights.Baselines;
using Pylon.Insights.Entities;

namespace Pylon.Insights.Episodes;

/// <summary>
/// Splits what is above normal: ln(actual / expected) is exactly ln(A / E(A)) + ln(F / E(F)), and ln(A / E(A)) is
/// ln(output / E(output)) + ln of the activity for each unit of output, through what is expected of it.
/// </summary>
/// <param name="ActivityShare">0 to 1 while both go up; the shares sum to 1.</param>
/// <param name="FactorShare">Of the emissions for each unit of activity.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CauseSplit(double ActivityShare, double FactorShare)
{
    /// <summary>Shares of what is above normal; both NaN when a value is 0 or not known.</summary>
    public static CauseSplit Of(double activity, double expectedActivity, double factor, double expectedFactor)
    {
        var (a, f) = (Math.Log(activity / expectedActivity), Math.Log(factor / expectedFactor));
        return new CauseSplit(a / (a + f), f / (a + f));
    }

    /// <summary>The word for the larger share.</summary>
    /// <param name="row">What was.</param>
    /// <param name="baseline">What is normal.</param>
    /// <param name="kind">Of the entity; see <see cref="EmissionKind"/>.</param>
    /// <param name="basis">baseline, prediction or both.</param>
    public static string CauseOf(in ActivityHour row, in Baseline baseline, string kind, string basis)
    {
        if (kind == EmissionKind.Grid)
            return Cause.Grid;
        if (!double.IsFinite(row.Activity) || !double.IsFinite(row.Kg) || row.Activity < 0 || row.Kg < 0)
            return Cause.Data;
        // Emissions without activity, or the other way round where that is not normal.
        if ((row.Activity == 0) != (row.Kg == 0) && baseline.Factor > 0)
            return Cause.Data;
        if (baseline.Expected == 0 || row.Activity == 0)
            return Cause.Activity;
        var a = Math.Log(row.Activity / baseline.Expected);
        var f = Math.Log(row.Kg / row.Activity / baseline.Factor);
        if (f > a)
            return basis != TestedBy.Prediction && IsElectric(kind) ? Cause.Grid : Cause.Factor;
        return row.Output > 0 && baseline.Output > 0 && a - Math.Log(row.Output / baseline.Output) > a / 2 ? Cause.Efficiency : Cause.Activity;
    }

    private static bool IsElectric(string kind) => kind is EmissionKind.Factory or EmissionKind.Warehouse or EmissionKind.Compute;
}
