namespace Pylon.Insights.Recommendations;

/// <summary>The recommendations of one status.</summary>
/// <param name="Status">See <see cref="RecommendationStatus"/>.</param>
/// <param name="Count">How many.</param>
/// <param name="MeasuredKg">kg CO2e, of those with a measured outcome.</param>
/// <param name="ClaimedKg">kg CO2e, of the others.</param>
internal readonly record struct StatusCount(string Status, int Count, double MeasuredKg, double ClaimedKg);
