using Pylon.Insights.Entities;
using Pylon.Insights.Factors;
using Pylon.Insights.Inputs;
using Pylon.Insights.Intensity;
using Pylon.Rpc;

namespace Pylon.Insights.Models;

/// <summary>The built-in models of all kinds. Pure: the same inputs give the same digits.</summary>
internal sealed class EmissionModels
{
    public const string Kinds = "logistics, factory, warehouse, delivery or compute";

    private static readonly string[] Sources = ["measured", "reported", "estimated", "synthetic"];

    private readonly FreightModel _freight;
    private readonly DeliveryModel _delivery;
    private readonly EnergyModel _energy;

    public EmissionModels(FactorBook book, VehicleWords vehicles) =>
        (_freight, _delivery, _energy) = (new FreightModel(book, vehicles), new DeliveryModel(book, vehicles), new EnergyModel(book));

    /// <param name="request">What is to be estimated.</param>
    /// <param name="rate">The carbon intensity of its electricity; null for the annual factor.</param>
    public EstimateOutcome Estimate(EstimateRequest request, GridRate? rate)
    {
        if (!Sources.Contains(request.Source, StringComparer.Ordinal))
            return Refusal.InvalidArgument("source", "must be measured, reported, estimated or synthetic");
        // Beyond the bounds decimals overflow.
        if (FeatureNames.Check(request.Features) is var (name, rule))
            return Refusal.InvalidArgument(name, rule);
        return request.Kind switch
        {
            EmissionKind.Logistics => _freight.Estimate(request),
            EmissionKind.Delivery => _delivery.Estimate(request),
            EmissionKind.Factory => _energy.Factory(request, rate),
            EmissionKind.Warehouse => _energy.Warehouse(request, rate),
            EmissionKind.Compute => _energy.Compute(request, rate),
            _ => Refusal.InvalidArgument("kind", $"must be {Kinds}"),
        };
    }

    /// <summary>True for a kind that has a model.</summary>
    public static bool IsKind(string kind) => kind is EmissionKind.Logistics or EmissionKind.Delivery || UsesElectricity(kind);

    /// <summary>True for a kind whose electricity has a time.</summary>
    public static bool UsesElectricity(string kind) => kind is EmissionKind.Factory or EmissionKind.Warehouse or EmissionKind.Compute;
}
