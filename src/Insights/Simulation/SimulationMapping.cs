using Google.Protobuf.WellKnownTypes;
using Pylon.Insights.Models;
using Pylon.Insights.V1;
using Pylon.Rpc;

namespace Pylon.Insights.Simulation;

/// <summary>Results on the wire.</summary>
internal static class SimulationMapping
{
    // Two decimals are what the wire had before; the fields with kg in their names have all.
    private const int Decimals = 2;

    public static SimulateResponse ToProto(this SimulationResult result, SimulateRequest request, ScenarioNames names)
    {
        var response = new SimulateResponse
        {
            BaselineCo2 = Round(result.Baseline.Co2Kg),
            ModifiedCo2 = Round(result.Modified.Co2Kg),
            Delta = Round(result.DeltaKg),
            PercentChange = Round(result.DeltaPercent),
            ScenarioType = request.ScenarioType,
            ChangesApplied = new Struct(),
            BaselineKg = (double)result.Baseline.Co2Kg,
            ModifiedKg = (double)result.Modified.Co2Kg,
            DeltaKg = (double)result.DeltaKg,
            DeltaPercent = (double)result.DeltaPercent,
            Low = (double)(result.DeltaKg - result.HalfWidthKg),
            High = (double)(result.DeltaKg + result.HalfWidthKg),
            Distinguishable = result.IsDistinguishable,
            Baseline = result.Baseline.ToProto(names.UnknownInputs),
            Modified = result.Modified.ToProto(names.UnknownInputs),
        };
        // An input that changed nothing in the modified side is not applied, but told.
        var unused = result.Modified.UnusedInputs.Intersect(names.Applied, StringComparer.Ordinal).ToList();
        foreach (var name in names.Applied.Except(unused, StringComparer.Ordinal))
            response.ChangesApplied.Fields[name] = request.Changes.Fields[name];
        response.UnusedChanges.AddRange(names.Unknown.Concat(unused));
        response.Assumptions.AddRange(result.Baseline.Assumptions.Union(result.Modified.Assumptions, StringComparer.Ordinal));
        if (!result.IsDistinguishable)
            response.Assumptions.Add("The difference is not distinguishable from what is uncertain about it.");
        response.Levers.AddRange(result.Levers.Select(lever => new V1.AppliedLever
        {
            Lever = lever.Lever,
            BeforeKg = (double)lever.BeforeKg,
            AfterKg = (double)lever.AfterKg,
            PercentChange = (double)SimulationResult.Percent(lever.BeforeKg, lever.AfterKg),
        }));
        if (result.Placement is { } placement)
        {
            response.StartTime = placement.Start.ToTimestamp();
            response.Zone = placement.Series.Zone;
            response.HoursLate = (double)result.HoursLate;
        }

        return response;
    }

    public static SimulateResponse ToProto(this Refusal refusal, string scenarioType) =>
        new() { ScenarioType = scenarioType, Error = refusal.Message, Reason = refusal.Reason };

    private static double Round(decimal value) => (double)Math.Round(value, Decimals, MidpointRounding.AwayFromZero);
}
