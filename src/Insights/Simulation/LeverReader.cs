using Google.Protobuf.WellKnownTypes;
using Pylon.Insights.Inputs;
using Pylon.Rpc;

namespace Pylon.Insights.Simulation;

/// <summary>Reads levers from JSON. It collects what is wrong.</summary>
internal sealed class LeverReader
{
    private const decimal MostSlackHours = 8784;
    private const int MostZones = 32;
    private const int MostRegion = 18;

    private static readonly string[] VehicleNames = ["vehicle_type", "fuel_type", "factor_id"];

    private readonly List<FieldViolation> _wrong = [];

    /// <summary>Null when everything can be used.</summary>
    public Refusal? Refusal => _wrong.Count > 0 ? Refusal.InvalidArgument(_wrong) : null;

    /// <summary>
    /// Changes of features first, in one lever for each kind of them, then the levers that are named, in the order of
    /// <see cref="LeverNames.All"/>: a JSON object has none.
    /// </summary>
    /// <param name="changes">By name.</param>
    /// <param name="applied">Names that are a feature or a lever.</param>
    /// <param name="unknown">The other names.</param>
    public List<Lever> ReadChanges(Struct? changes, ICollection<string> applied, ICollection<string> unknown)
    {
        if (changes is null)
            return [];
        var features = new List<(string Lever, string Name, object Value)>();
        var named = new List<Lever>();
        foreach (var (name, value) in changes.Fields.OrderBy(field => field.Key, StringComparer.Ordinal))
        {
            if (LeverNames.All.Contains(name, StringComparer.Ordinal))
            {
                applied.Add(name);
                named.AddRange(Read(name, value, $"changes.{name}") is { } lever ? [lever] : Array.Empty<Lever>());
            }
            else if (FeatureNames.ByName.TryGetValue(name, out var feature))
            {
                applied.Add(name);
                if (Checked(feature, value, $"changes.{name}") is { } given)
                    features.Add((LeverOf(name), name, given));
            }
            else
            {
                unknown.Add(name);
            }
        }

        return
        [
            .. features.GroupBy(each => each.Lever, StringComparer.Ordinal)
                .Select(group => new Lever.Replace(group.Key, [.. group.Select(each => KeyValuePair.Create(each.Name, each.Value))])),
            .. named.OrderBy(lever => Array.IndexOf([.. LeverNames.All], lever.Name)),
        ];
    }

    /// <summary>One lever by its name; null when it is wrong.</summary>
    /// <param name="name">Of <see cref="LeverNames.All"/>.</param>
    /// <param name="parameters">Its own.</param>
    /// <param name="path">For messages.</param>
    public Lever? Read(string name, Struct? parameters, string path) => Read(name, Value.ForStruct(parameters ?? new Struct()), path);

    private static string LeverOf(string feature) =>
        VehicleNames.Contains(feature, StringComparer.Ordinal) ? LeverNames.Vehicle
        : feature == "load_fraction" ? LeverNames.LoadFactor
        : feature == "self_generation_share" ? LeverNames.RenewableShare
        : LeverNames.Inputs;

    private Lever? Read(string name, Value value, string path)
    {
        var fields = value.StructValue?.Fields;
        return name switch
        {
            LeverNames.ModeShift when Text("to") is { } to => new Lever.ModeShift(name, to, Number("distance_factor", 0, 100) ?? 1),
            LeverNames.ModeShift => Wrong("to", "must be given: a word of vehicle_type, for example rail"),
            LeverNames.AirToSea => new Lever.ModeShift(name, Text("to") ?? "container_ship", Number("distance_factor", 0, 100) ?? 1),
            LeverNames.LoadFactor => ToOf("load_fraction"),
            LeverNames.RenewableShare => ToOf("self_generation_share"),
            LeverNames.Vehicle => Vehicle(),
            LeverNames.Distance => Reduction() is { } less ? new Lever.Distance(less) : null,
            LeverNames.Efficiency => Reduction() is { } less ? new Lever.Efficiency(less) : null,
            LeverNames.TimeShift => Slack() is { } slack ? new Lever.TimeShift(slack, Flag("interruptible")) : Wrong("slack_hours", $"must be given, from 0 to {MostSlackHours}"),
            LeverNames.ZoneShift => new Lever.ZoneShift(Zones(), Slack(), Flag("interruptible")),
            _ => Add(path, $"must be one of {string.Join(", ", LeverNames.All)}"),
        };

        Lever? ToOf(string feature) => (value.KindCase == Value.KindOneofCase.NumberValue ? FeatureReader.DecimalOf(value.NumberValue) : Number("to", 0, 1)) is { } to
            && FeatureNames.ByName[feature].Check(to) is null
            ? new Lever.Replace(name, [KeyValuePair.Create<string, object>(feature, to)])
            : Wrong("to", "must be given, from 0 to 1");

        decimal? Reduction()
        {
            var given = value.KindCase == Value.KindOneofCase.NumberValue ? FeatureReader.DecimalOf(value.NumberValue) : Number("reduction", 0, 1);
            if (given is >= 0 and <= 1)
                return given;
            Wrong("reduction", "must be given, from 0 to 1");
            return null;
        }

        Lever? Vehicle()
        {
            var values = new List<KeyValuePair<string, object>>();
            foreach (var feature in VehicleNames)
            {
                if (fields?.TryGetValue(feature, out var given) == true && Checked(FeatureNames.ByName[feature], given, $"{path}.{feature}") is { } text)
                    values.Add(KeyValuePair.Create(feature, text));
            }

            return values.Count > 0 ? new Lever.Replace(name, values) : Wrong("vehicle_type", "must be given, or fuel_type or factor_id");
        }

        List<CandidateZone> Zones()
        {
            var list = fields?.TryGetValue("zones", out var given) == true ? given.ListValue?.Values : null;
            if (list is null)
                return [];
            if (list.Count > MostZones || list.Any(each => each.StructValue is null))
            {
                Wrong("zones", $"must be at most {MostZones} objects");
                return [];
            }

            return [.. list.Select((each, at) => Zone(each.StructValue, $"{path}.zones[{at}]")).OfType<CandidateZone>()];
        }

        TimeSpan? Slack() => Number("slack_hours", 0, MostSlackHours) is { } hours ? TimeSpan.FromHours((double)hours) : null;

        bool Flag(string key) => fields?.TryGetValue(key, out var given) == true && given is { KindCase: Value.KindOneofCase.BoolValue, BoolValue: true };

        string? Text(string key) => fields?.TryGetValue(key, out var given) == true && given.KindCase == Value.KindOneofCase.StringValue ? given.StringValue : null;

        decimal? Number(string key, decimal min, decimal max)
        {
            if (fields?.TryGetValue(key, out var given) != true || given is null)
                return null;
            if (given.KindCase == Value.KindOneofCase.NumberValue && FeatureReader.DecimalOf(given.NumberValue) is { } number && number >= min && number <= max)
                return number;
            Wrong(key, $"must be a number from {min} to {max}");
            return null;
        }

        Lever? Wrong(string key, string rule) => Add($"{path}.{key}", rule);
    }

    private CandidateZone? Zone(Struct zone, string path)
    {
        var name = zone.Fields.TryGetValue("zone", out var text) ? text.StringValue : "";
        var region = zone.Fields.TryGetValue("region_id", out var id) ? id.NumberValue : 0;
        decimal? pue = zone.Fields.TryGetValue("pue", out var given) ? FeatureReader.DecimalOf(given.NumberValue) ?? 0 : null;
        if (pue is < 1 or > 10)
            Add($"{path}.pue", "must be a number from 1 to 10");
        else if (region is >= 1 and <= MostRegion && region == Math.Floor(region) && name.Length == 0)
            return new CandidateZone("", (int)region, pue);
        else if (name.Length is >= 1 and <= FeatureNames.MaxText && region == 0)
            return new CandidateZone(name, null, pue);
        else
            Add(path, $"must have a zone of carbon, or a region_id from 1 to {MostRegion}");
        return null;
    }

    private object? Checked(Feature feature, Value value, string path)
    {
        var given = FeatureReader.ValueOf(value);
        var wrong = given is null ? "must not be null" : feature.Check(given);
        if (wrong is null)
            return given;
        Add(path, wrong);
        return null;
    }

    private Lever? Add(string path, string rule)
    {
        _wrong.Add(new FieldViolation(path, rule));
        return null;
    }
}
