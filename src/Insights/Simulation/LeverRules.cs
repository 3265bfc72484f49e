using Pylon.Insights.Entities;
using Pylon.Insights.Factors;
using Pylon.Insights.Inputs;

namespace Pylon.Insights.Simulation;

/// <summary>What a lever makes of a scenario. Pure.</summary>
internal static class LeverRules
{
    /// <summary>The state after the lever; or null, and why it cannot be applied.</summary>
    /// <param name="state">Before it.</param>
    /// <param name="lever">What is to be done.</param>
    /// <param name="kind">Of the scenario.</param>
    /// <param name="zones">Every series of the scenario, by name.</param>
    /// <param name="reason">Why not, as the end of a sentence.</param>
    public static ScenarioState? Apply(
        ScenarioState state, Lever lever, string kind, IReadOnlyDictionary<string, ZoneSeries> zones, out string reason)
    {
        reason = "";
        switch (lever)
        {
            case Lever.Replace replace:
                var features = replace.Values.Aggregate(state.Features, (all, each) => FeatureNames.ByName[each.Key].Set(all, each.Value));
                return state with { Features = features };
            case Lever.ModeShift shift:
                return Shift(state, shift, kind, out reason);
            case Lever.Distance distance:
                return Shorten(state, 1 - distance.Reduction, out reason);
            case Lever.Efficiency efficiency:
                return Save(state, 1 - efficiency.Reduction, out reason);
            case Lever.TimeShift wait:
                return PlacementRules.Wait(state, wait, out reason);
            case Lever.ZoneShift move:
                return PlacementRules.Move(state, move, kind, zones, out reason);
            default:
                throw new ArgumentOutOfRangeException(nameof(lever), lever.Name, message: null);
        }
    }

    private static ScenarioState? Shift(ScenarioState state, Lever.ModeShift shift, string kind, out string reason)
    {
        var features = state.Features;
        reason = kind != EmissionKind.Logistics ? "it is for logistics"
            : features.Legs.Count > 0 ? "a chain of legs has no one mode: compare one leg"
            : features.DistanceKm is null ? "there is no distance_km"
            : shift.Name == LeverNames.AirToSea && (features.VehicleType is null || !VehicleWords.IsFlight(features.VehicleType)) ? "the baseline does not go by air"
            : "";
        // The fuel and the load are those of the old vehicle.
        return reason.Length > 0 ? null : state with
        {
            Features = features with
            {
                VehicleType = shift.To,
                FuelType = null,
                FactorId = null,
                LoadFraction = null,
                WholeTrips = null,
                DistanceKm = features.DistanceKm * shift.DistanceFactor,
            },
        };
    }

    private static ScenarioState? Shorten(ScenarioState state, decimal rest, out string reason)
    {
        var features = state.Features;
        reason = features.DistanceKm is null && features.RouteLength is null && features.Legs.Count == 0 ? "there is no distance" : "";
        return reason.Length > 0 ? null : state with
        {
            Features = features with
            {
                DistanceKm = features.DistanceKm * rest,
                RouteLength = features.RouteLength * rest,
                Legs = [.. features.Legs.Select(leg => leg with { DistanceKm = leg.DistanceKm * rest })],
            },
        };
    }

    private static ScenarioState? Save(ScenarioState state, decimal rest, out string reason)
    {
        var features = state.Features;
        reason = features.EnergyKwh is null && features.GasKwh is null && features.EnergyKwhM2Year is null ? "there is no energy in kWh" : "";
        return reason.Length > 0 ? null : state with
        {
            Features = features with { EnergyKwh = features.EnergyKwh * rest, GasKwh = features.GasKwh * rest, EnergyKwhM2Year = features.EnergyKwhM2Year * rest },
        };
    }
}
