using System.Runtime.InteropServices;
using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Planning.Capacity;

/// <summary>A job that shares steps with others.</summary>
/// <param name="Window">Where it may run.</param>
/// <param name="Weight">What a step of it counts for, 1 to <see cref="CapacityPlanner.MaxWeight"/>: its power, when jobs differ.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CapacityJob(WindowQuery Window, long Weight = 1);
