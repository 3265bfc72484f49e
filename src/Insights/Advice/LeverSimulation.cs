using Pylon.Insights.Playbook;

namespace Pylon.Insights.Advice;

/// <summary>Runs the levers of measures through the what-if simulation, on what is typical of an entity.</summary>
internal sealed class LeverSimulation
{
    /// <summary>What the model says of the facts, kg CO2e; null when it refuses them.</summary>
    public Task<double?> EstimateAsync(string kind, Facts facts, int? regionId, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<double?>(null);
    }

    /// <summary>One saving for each measure, in their order; a lever that cannot be simulated here gets the typical saving of its measure.</summary>
    public Task<IReadOnlyList<MeasureSaving>> SimulateAsync(
        string kind, Facts facts, int? regionId, IReadOnlyList<Measure> measures, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<MeasureSaving>>([.. measures.Select(m => MeasureSaving.Typical(m, "not simulated"))]);
    }
}
