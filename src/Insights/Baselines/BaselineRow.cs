namespace Pylon.Insights.Baselines;

/// <summary>A row of the table, with its entity.</summary>
internal sealed record BaselineRow(
    long EntityRef, string Entity, string EntityType, string Kind, string ActivityUnit, short HourOfWeek, double Value, double Sigma, double Band, double? Factor,
    string Method, short Samples, double Confidence, DateTimeOffset UpdatedAt);
