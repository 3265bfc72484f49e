namespace Pylon.Insights.Baselines;

/// <summary>The baselines of one entity, to be stored in place of those that it has.</summary>
/// <param name="EntityRef">The entity.</param>
/// <param name="TimeZone">Its clock.</param>
/// <param name="IsSparse">True when whole days are compared.</param>
/// <param name="Mean">Of its activity.</param>
/// <param name="Through">The last hour that is in them.</param>
/// <param name="Baselines">By hour of week; fewer than 168 where too few weeks are known.</param>
internal sealed record BuiltBaselines(
    long EntityRef, string TimeZone, bool IsSparse, double Mean, DateTimeOffset Through, IReadOnlyList<(int HourOfWeek, Baseline Baseline)> Baselines);
