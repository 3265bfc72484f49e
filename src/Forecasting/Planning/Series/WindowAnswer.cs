using System.Runtime.InteropServices;

namespace Pylon.Forecasting.Planning.Series;

/// <summary>The steps with the smallest sum, and what starting at once would be. Sums are in the unit of the series.</summary>
/// <param name="First">Index of the first chosen step.</param>
/// <param name="Last">Index of the last chosen step, inclusive; First + Duration - 1 when the steps are consecutive.</param>
/// <param name="Duration">Number of chosen steps.</param>
/// <param name="Sum">Of the chosen steps.</param>
/// <param name="NowSum">Of the first Duration steps.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct WindowAnswer(int First, int Last, int Duration, long Sum, long NowSum)
{
    public double Mean => (double)Sum / Duration;

    /// <summary>What the choice saves against starting at once, in per cent of that; 0 when that is 0.</summary>
    public double SavingPercent => Saving.Percent(NowSum, Sum);
}
