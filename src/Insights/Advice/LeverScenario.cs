using Pylon.Insights.Entities;
using Pylon.Insights.Inputs;
using Pylon.Insights.Playbook;
using Pylon.Insights.Simulation;
using Known = Pylon.Insights.Inputs.FeatureNames;

namespace Pylon.Insights.Advice;

/// <summary>A measure's lever as a scenario of the simulation. Pure.</summary>
internal static class LeverScenario
{
    // Only shares are asked for.
    private const decimal SomeKwh = 1000;
    private static readonly TimeSpan SomeHours = TimeSpan.FromHours(4);

    /// <summary>The facts that the models know.</summary>
    public static Features FeaturesOf(string kind, Facts facts)
    {
        if (kind == EmissionKind.Grid)
            return new Features { EnergyKwh = SomeKwh };
        var features = Features.None;
        foreach (var (name, number) in facts.Numbers)
        {
            if (Math.Abs(number) < 1e15)
                features = Set(features, name, (decimal)number);
        }

        return facts.Words.Aggregate(features, (all, word) => Set(all, word.Key, word.Value));
    }

    /// <summary>Null when it cannot be simulated.</summary>
    /// <param name="kind">See <see cref="EmissionKind"/>.</param>
    /// <param name="lever">Of the measure.</param>
    /// <param name="regionId">1 to 18; null when it is not known.</param>
    /// <param name="reason">Why not.</param>
    public static Lever? LeverOf(string kind, MeasureLever lever, int? regionId, out string reason)
    {
        var drives = kind is EmissionKind.Logistics or EmissionKind.Delivery;
        reason = lever.Name switch
        {
            MeasureLever.None => "the measure has no lever",
            MeasureLever.ZoneShift => "the zones to which the work may go are not known here",
            MeasureLever.TimeShift when drives => "when the vehicles are charged is not known here",
            MeasureLever.RenewableShare when drives => "the factors of electric vehicles have no own electricity",
            MeasureLever.TimeShift when regionId is null => "the region of the electricity is not known",
            _ => "",
        };
        if (reason.Length > 0)
            return null;
        return lever.Name switch
        {
            MeasureLever.ModeShift => new Lever.ModeShift(LeverNames.ModeShift, WordOf(lever.Word("to")), Number(lever, "distance_factor", 1)),
            MeasureLever.AirToSea => new Lever.ModeShift(LeverNames.AirToSea, WordOf("sea"), Number(lever, "distance_factor", 1)),
            MeasureLever.LoadFactor => Replace(LeverNames.LoadFactor, ("load_fraction", Number(lever, "to", 1))),
            MeasureLever.Vehicle => Replace(LeverNames.Vehicle, ("vehicle_type", lever.Word("to_vehicle")), ("fuel_type", lever.Word("to_fuel"))),
            MeasureLever.RenewableShare => Replace(LeverNames.RenewableShare, ("self_generation_share", Number(lever, "to", 0))),
            MeasureLever.Distance => new Lever.Distance(Number(lever, "share", 0)),
            // The fuel of a vehicle is in the factor of its kilometres: a share of it is the same share of those.
            MeasureLever.Efficiency => drives ? new Lever.Distance(Number(lever, "share", 0)) : new Lever.Efficiency(Number(lever, "share", 0)),
            _ => new Lever.TimeShift(TimeSpan.FromHours(lever.Number("slack_hours") ?? 0), lever.Flag("interruptible")),
        };
    }

    /// <summary>How long the work takes: whole half hours, at most a day; null where it does not matter.</summary>
    public static TimeSpan? DurationOf(Lever lever, Facts facts)
    {
        if (lever is not Lever.TimeShift)
            return null;
        return facts.Number(Playbook.FeatureNames.ShiftHours) is { } hours ? TimeSpan.FromHours(Math.Clamp(Math.Round(2 * hours) / 2, 0.5, 24)) : SomeHours;
    }

    private static string WordOf(string? mode) => mode switch
    {
        "sea" => "container_ship",
        "road" => "truck",
        _ => "rail",
    };

    private static Lever.Replace Replace(string name, params (string Feature, object? Value)[] values) =>
        new(name, [.. values.Where(each => each.Value is not null).Select(each => KeyValuePair.Create(each.Feature, each.Value!))]);

    private static decimal Number(MeasureLever lever, string parameter, double otherwise) => (decimal)(lever.Number(parameter) ?? otherwise);

    private static Features Set(Features features, string name, object value) =>
        Known.ByName.TryGetValue(name, out var feature) && feature.Check(value) is null ? feature.Set(features, value) : features;
}
