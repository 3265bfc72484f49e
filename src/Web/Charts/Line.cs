namespace Pylon.Web.Charts;

/// <summary>A line of a chart.</summary>
/// <param name="Style">A class of pylon.css, for example line-actual.</param>
public sealed record Line(string Name, string Style, IReadOnlyList<(DateTimeOffset At, double Value)> Points);
