using Pylon.Insights.Entities;
using Pylon.Rpc;

namespace Pylon.Insights.Models;

/// <summary>Estimates what was emitted.</summary>
internal sealed class Estimator
{
    /// <summary>
    /// One outcome for each request, in their order; a bad request stops none of the others. The carbon intensities of all
    /// requests are read once.
    /// </summary>
    public Task<IReadOnlyList<EstimateOutcome>> EstimateAsync(IReadOnlyList<EstimateRequest> requests, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IReadOnlyList<EstimateOutcome>>([.. requests.Select(Simple)]);
    }

    // The first working version: average factors only.
    private static EstimateOutcome Simple(EstimateRequest request)
    {
        var features = request.Features;
        return request.Kind switch
        {
            EmissionKind.Logistics when features.DistanceKm is { } km && features.LoadKg is { } kg => Of("road freight", "27_304_3140_14_1", 0.10163m, "tonne.km", km * kg / 1000, "TTW"),
            EmissionKind.Delivery when features.RouteLength is { } km => Of("delivery round", "27_303_3102_4_1", 0.25561m, "km", km, "TTW"),
            EmissionKind.Factory or EmissionKind.Warehouse when features.EnergyKwh is { } kwh => Of("electricity", "pylon:electricity", 0.177m, "kWh", kwh, "GENERATION"),
            EmissionKind.Compute when features.EnergyKwh is { } kwh => Of("electricity", "pylon:electricity", 0.177m, "kWh", kwh * (features.Pue ?? 1), "GENERATION"),
            _ => Refusal.InvalidArgument("kind", "must be logistics, factory, warehouse, delivery or compute, with its features"),
        };
    }

    private static EstimateOutcome Of(string what, string id, decimal factor, string unit, decimal amount, string boundary)
    {
        var kg = amount * factor;
        return new Estimate
        {
            Co2Kg = kg,
            Boundary = boundary,
            Activity = amount,
            Lines = [new EstimateLine(what, id, factor, unit, amount, kg)],
            FactorSet = "desnz-2025",
            ModelVersion = "built-in-1",
            Engine = "built-in",
            Confidence = 0.9m,
            LowKg = kg * 0.888197m,
            HighKg = kg * 1.111803m,
        };
    }
}
