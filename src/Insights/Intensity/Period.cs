using System.Runtime.InteropServices;

namespace Pylon.Insights.Intensity;

/// <summary>A time in a region. Start is included, End is not.</summary>
/// <param name="RegionId">1 to 18.</param>
/// <param name="Start">UTC.</param>
/// <param name="End">UTC, later than <paramref name="Start"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Period(int RegionId, DateTimeOffset Start, DateTimeOffset End);
