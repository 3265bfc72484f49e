namespace Pylon.Insights.Baselines;

/// <summary>What a person accepted as normal: the weeks before count as if they had been so.</summary>
/// <param name="Before">The activity of the hours before it is changed.</param>
/// <param name="HourOfWeek">Only of this hour of the week, 0 to 174; null for all.</param>
/// <param name="Ratio">The activity is multiplied by it; where it is null, <paramref name="Level"/> takes its place.</param>
/// <param name="Level">In the unit of the entity.</param>
internal sealed record AcceptedLevel(DateTimeOffset Before, short? HourOfWeek, double? Ratio, double? Level);
