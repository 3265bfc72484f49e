using Pylon.Common.V1;

namespace Pylon.Orchestrator.Summaries;

/// <summary>What a summary is written from, beside the workload.</summary>
/// <param name="Recommendations">The three, by rank.</param>
/// <param name="LeftOut">Why items of the catalogue are not offered: one reason for each.</param>
/// <param name="Constraints">Those that the options satisfy, in words.</param>
/// <param name="Preferences">Of the user, in words; empty when there are none.</param>
internal sealed record OfferFacts(
    IReadOnlyList<Recommendation> Recommendations, IReadOnlyList<string> LeftOut, IReadOnlyList<string> Constraints, string Preferences);
