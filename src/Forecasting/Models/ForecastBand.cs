using System.Runtime.InteropServices;

namespace Pylon.Forecasting.Models;

/// <summary>A range around a forecast, in the unit of the series.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ForecastBand(double Lower, double Upper);
