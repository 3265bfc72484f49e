using Google.Protobuf.WellKnownTypes;
using Pylon.Insights.Inputs;
using Pylon.Insights.Models;
using Pylon.Insights.V1;
using Pylon.Rpc;

namespace Pylon.Insights.Simulation;

/// <summary>Reads a scenario of a request.</summary>
internal static class ScenarioReader
{
    private const int MostLevers = 32;
    private const int MostZones = 32;
    private const int MostValues = 20_000;
    private const double MostGrams = 10_000;
    private const double MostCost = 1e12;

    /// <summary>Null when the request is wrong.</summary>
    /// <param name="request">As it was sent.</param>
    /// <param name="told">What becomes of its names.</param>
    /// <param name="refusal">Why it is wrong.</param>
    public static Scenario? Read(SimulateRequest request, out ScenarioNames told, out Refusal? refusal)
    {
        told = new ScenarioNames();
        var features = new FeatureReader("baseline_features");
        var baseline = features.Read(request.BaselineFeatures);
        told.UnknownInputs.AddRange(features.Unknown);
        var reader = new LeverReader();
        List<Lever> levers = [.. reader.ReadChanges(request.Changes, told.Applied, told.Unknown)];
        if (request.Levers.Count <= MostLevers)
            levers.AddRange(request.Levers.Select((lever, at) => reader.Read(lever.Lever, lever.Parameters, $"levers[{at}]")).OfType<Lever>());
        refusal = request.Unreadable.AsRefusal("scenario") ?? features.Refusal ?? reader.Refusal ?? Check(request);
        if (refusal is not null)
            return null;
        var start = request.StartTime?.ToDateTimeOffset();
        return new Scenario
        {
            ScenarioType = request.ScenarioType,
            Baseline = baseline,
            Levers = levers,
            Source = request.Source.Length > 0 ? request.Source : "reported",
            RegionId = request.HasRegionId ? request.RegionId : null,
            Start = start,
            Duration = request.Duration?.ToTimeSpan(),
            Carbon = [.. request.Carbon.Select(zone => SeriesOf(zone, request))],
            CostGbp = request.HasCostGbp ? (decimal)request.CostGbp : null,
        };
    }

    private static Refusal? Check(SimulateRequest request)
    {
        if (!EmissionModels.IsKind(request.ScenarioType))
            return Refusal.InvalidArgument("scenario_type", $"must be {EmissionModels.Kinds}");
        if (request.Levers.Count > MostLevers)
            return Refusal.InvalidArgument("levers", $"must be at most {MostLevers}");
        if (request.HasRegionId && request.RegionId is < 1 or > 18)
            return Refusal.InvalidArgument("region_id", "must be from 1 to 18");
        if (request.StartTime is { } start && !IsTime(start))
            return Refusal.InvalidArgument("start_time", "must be a time from the year 1990 to 2200");
        if (request.Duration is { } duration && duration is not { Seconds: > 0 and <= 31_622_400, Nanos: >= 0 and < 1_000_000_000 })
            return Refusal.InvalidArgument("duration", "must be from 1s to 366 days");
        if (request.HasCostGbp && !(Math.Abs(request.CostGbp) <= MostCost))
            return Refusal.InvalidArgument("cost_gbp", $"must be within ± {MostCost}");
        if (request.Carbon.Count > MostZones)
            return Refusal.InvalidArgument("carbon", $"must be at most {MostZones} places");
        for (var at = 0; at < request.Carbon.Count; at++)
        {
            if (Check(request.Carbon[at], request.Carbon[0], request.StartTime is not null) is var (field, rule) && field.Length > 0)
                return Refusal.InvalidArgument($"carbon[{at}].{field}", rule);
        }

        return request.Carbon.GroupBy(zone => zone.Zone, StringComparer.Ordinal).Any(group => group.Count() > 1)
            ? Refusal.InvalidArgument("carbon", "must have each zone once")
            : null;
    }

    // Empty when it is right.
    private static (string Field, string Rule) Check(ZoneCarbon zone, ZoneCarbon first, bool hasStart) =>
        zone.Zone.Length is < 1 or > FeatureNames.MaxText || zone.Zone.Any(char.IsControl) ? ("zone", $"must have 1 to {FeatureNames.MaxText} characters and no control characters")
        : zone.Values.Count is < 1 or > MostValues ? ("values", $"must be 1 to {MostValues} values")
        : zone.Values.Any(value => !(value >= 0 && value <= MostGrams)) ? ("values", $"must be numbers from 0 to {MostGrams}")
        : zone.StartTime is not null && !IsTime(zone.StartTime) ? ("start_time", "must be a time from the year 1990 to 2200")
        : zone.StartTime is null && !hasStart ? ("start_time", "must be given, here or for the scenario")
        : zone.Step is not null && (zone.Step.Nanos != 0 || zone.Step.Seconds is < 60 or > 86_400 || zone.Step.Seconds % 60 != 0) ? ("step", "must be whole minutes, from 60s to 86400s")
        : zone.HasPue && !(zone.Pue >= 1 && zone.Pue <= 10) ? ("pue", "must be from 1 to 10")
        : !Equals(zone.StartTime, first.StartTime) || !Equals(zone.Step, first.Step) ? ("start_time", "and step must be the same for all places")
        : ("", "");

    private static bool IsTime(Timestamp time) => time.Seconds is >= 631_152_000 and < 7_258_118_400 && time.Nanos is >= 0 and < 1_000_000_000;

    private static ZoneSeries SeriesOf(ZoneCarbon zone, SimulateRequest request) => new(
        zone.Zone, (zone.StartTime ?? request.StartTime).ToDateTimeOffset(), zone.Step?.ToTimeSpan() ?? TimeSpan.FromMinutes(30),
        [.. zone.Values.Select(value => (decimal?)(decimal)value)], zone.HasPue ? (decimal)zone.Pue : null);
}
