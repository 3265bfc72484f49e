using Pylon.Insights.Playbook;

namespace Pylon.Insights.Advice;

/// <summary>Finds the measures for a situation: filters the playbook, simulates each lever, ranks.</summary>
internal sealed class Adviser(MeasureBook book, LeverSimulation simulation)
{
    /// <summary>The best first: at most three, never two with the same lever, none whose precondition is not known to hold.</summary>
    /// <param name="kind">See <see cref="Entities.EmissionKind"/>.</param>
    /// <param name="cause">Of the hotspot.</param>
    /// <param name="activity">What is known of the entity.</param>
    /// <param name="regionId">1 to 18: whose carbon intensity its electricity has.</param>
    /// <param name="without">Ids of measures that are not asked for: they are proposed or done already.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<RankedMeasure>> AdviseAsync(
        string kind, string cause, EntityActivity activity, int? regionId, IReadOnlySet<string> without, CancellationToken cancellationToken)
    {
        var fitting = book.Fitting(kind, cause, activity.Facts).Where(m => !without.Contains(m.Id)).ToList();
        var savings = await simulation.SimulateAsync(kind, activity.Facts, regionId, fitting, cancellationToken);
        var words = string.Join(' ', activity.Facts.Words.Values.Append(kind).Append(cause).Order(StringComparer.Ordinal));
        return Ranking.Order(cause, activity.Kg, savings, measure => book.TextScore(measure, words));
    }
}
