namespace Pylon.Forecasting.Planning.Series;

/// <summary>A saving in per cent.</summary>
public static class Saving
{
    /// <param name="now">Cost of starting at once; may be negative when prices are.</param>
    /// <param name="chosen">Cost of the choice.</param>
    /// <returns>(now - chosen) / |now| × 100; 0 when now is 0.</returns>
    public static double Percent(Int128 now, Int128 chosen) => now == 0 ? 0 : 100 * (double)(now - chosen) / (double)Int128.Abs(now);
}
