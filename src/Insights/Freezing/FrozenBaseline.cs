using System.Runtime.InteropServices;

namespace Pylon.Insights.Freezing;

/// <summary>What was normal for an entity when a recommendation was approved.</summary>
/// <param name="Hours">By hour of the week, 0 to 167; of a sparse entity by day, 168 to 174.</param>
/// <param name="Factor">Of the 28 days before, kg CO2e for each unit of activity; null without activity.</param>
/// <param name="ActivityPerOutput">Of the same days, in the unit of the entity for each unit of output; null when no output is known.</param>
internal sealed record FrozenBaseline(IReadOnlyList<FrozenHour> Hours, double? Factor, double? ActivityPerOutput);

/// <summary>One hour of the week.</summary>
/// <param name="HourOfWeek">0 is Monday 0 o'clock in the time zone of the entity.</param>
/// <param name="ExpectedActivity">In the unit of the entity.</param>
/// <param name="Samples">Weeks that are in it.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FrozenHour(int HourOfWeek, double ExpectedActivity, int Samples);
