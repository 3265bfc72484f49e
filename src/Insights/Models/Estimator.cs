using Pylon.Insights.Entities;
using Pylon.Insights.Intensity;

namespace Pylon.Insights.Models;

/// <summary>Estimates what was emitted, with the carbon intensity of its time and, where it is configured, the external engine.</summary>
internal sealed class Estimator(EmissionModels models, GridIntensities grid, EngineEstimates engine)
{
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    /// <summary>
    /// One outcome for each request, in their order; a bad request stops none of the others. The carbon intensities of all
    /// requests are read once.
    /// </summary>
    public async Task<IReadOnlyList<EstimateOutcome>> EstimateAsync(IReadOnlyList<EstimateRequest> requests, CancellationToken cancellationToken)
    {
        var periods = requests.Select(PeriodOf).ToArray();
        var table = await grid.ReadAsync([.. periods.OfType<Period>()], cancellationToken);
        var outcomes = new EstimateOutcome[requests.Count];
        for (var at = 0; at < outcomes.Length; at++)
            outcomes[at] = models.Estimate(requests[at], periods[at] is { } period ? table.RateOf(period) : null);
        return engine.IsConfigured ? await engine.ReplaceAsync(requests, outcomes, cancellationToken) : outcomes;
    }

    // Null when the annual factor is meant. Without an end it is the shift, or the half hour of the start.
    private static Period? PeriodOf(EstimateRequest request)
    {
        if (request.RegionId is not { } region || !EmissionModels.UsesElectricity(request.Kind))
            return null;
        var end = request.End is { } known && known > request.Start ? known
            : request.Kind == EmissionKind.Factory && request.Features.ShiftHours is > 0 and <= 8784 and var hours ? request.Start + TimeSpan.FromHours((double)hours)
            : IntensityTable.Floor(request.Start) + HalfHour;
        return end - request.Start <= Longest ? new Period(region, request.Start, end) : null;
    }
}
