using System.Runtime.InteropServices;

namespace Pylon.Forecasting.Gaps;

/// <summary>Values in a row that are missing.</summary>
/// <param name="First">The place of the first one.</param>
/// <param name="Count">At least 1.</param>
/// <param name="IsFilled">A straight line was put there.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Gap(int First, int Count, bool IsFilled);
