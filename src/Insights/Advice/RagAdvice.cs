using Pylon.Insights.Engines;
using Pylon.Insights.Playbook;

namespace Pylon.Insights.Advice;

/// <summary>
/// Checks what the external engine advises: its words are matched with the playbook, and what it claims is compared with the
/// simulation of the measure that they match. Pure.
/// </summary>
internal static class RagAdvice
{
    // As far from the simulation as a claim may be to agree, as a share of the simulation.
    private const double Tolerance = 0.25;

    // Less is a word in common, and not the same measure.
    private const double LeastTextScore = 6;

    /// <summary>At most three, in the order of the service, none of those that match a measure that is taken; of two that match measures with the same lever the first.</summary>
    /// <param name="actions">Of the service.</param>
    /// <param name="predictedKg">What was emitted in the worst hour, which the claims are about, kg CO2e.</param>
    /// <param name="savings">Of the measures that may be meant.</param>
    /// <param name="taken">Measures that are proposed to the entity already, or were rejected.</param>
    /// <param name="textScore">How well a measure matches words.</param>
    public static IReadOnlyList<CheckedAction> Check(
        IReadOnlyList<RagAction> actions, double predictedKg, IReadOnlyList<MeasureSaving> savings, IReadOnlySet<string> taken, Func<Measure, string, double> textScore)
    {
        var (chosen, levers) = (new List<CheckedAction>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var action in actions)
        {
            var match = Match(action, savings, textScore);
            if (match is not null && (taken.Contains(match.Measure.Id) || !levers.Add(match.Measure.Lever.Key)))
                continue;
            var claimed = Math.Clamp((double)action.ClaimedKg, 0, Math.Max(0, predictedKg));
            chosen.Add(new CheckedAction(action, claimed, match, StatusOf(claimed, predictedKg, match)));
            if (chosen.Count == Ranking.Most)
                break;
        }

        return chosen;
    }

    private static MeasureSaving? Match(RagAction action, IReadOnlyList<MeasureSaving> savings, Func<Measure, string, double> textScore) => savings
        .Select(saving => (saving, score: textScore(saving.Measure, $"{action.Title} {action.Description}")))
        .Where(found => found.score >= LeastTextScore)
        .OrderByDescending(found => found.score)
        .ThenBy(found => found.saving.Measure.Id, StringComparer.Ordinal)
        .Select(found => found.saving)
        .FirstOrDefault();

    private static string StatusOf(double claimed, double predictedKg, MeasureSaving? match)
    {
        if (match is not { IsSimulated: true })
            return ReductionStatus.Claimed;
        var simulated = match.Share * predictedKg;
        return Math.Abs(claimed - simulated) <= Tolerance * Math.Abs(simulated) ? ReductionStatus.Agreed : ReductionStatus.Disputed;
    }
}
