using System.Runtime.InteropServices;

namespace Pylon.Insights.Intensity;

/// <summary>A day of a region, UTC.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DayKey(int RegionId, DateOnly Day);
