using Google.Protobuf.WellKnownTypes;
using Pylon.Rpc;

namespace Pylon.Insights.Inputs;

/// <summary>Reads features from a JSON object of a request. It collects what is wrong, and the names that nobody knows.</summary>
/// <param name="field">Of the request, for messages.</param>
internal sealed class FeatureReader(string field)
{
    private readonly List<FieldViolation> _wrong = [];
    private readonly List<string> _unknown = [];

    /// <summary>Names that are no feature.</summary>
    public IReadOnlyList<string> Unknown => _unknown;

    /// <summary>Null when everything can be used.</summary>
    public Refusal? Refusal => _wrong.Count > 0 ? Refusal.InvalidArgument(_wrong) : null;

    /// <summary>The value of a field as what a feature holds; null for JSON null.</summary>
    public static object? ValueOf(Value value) => value.KindCase switch
    {
        Value.KindOneofCase.NumberValue => DecimalOf(value.NumberValue) is { } number ? number : double.NaN,
        Value.KindOneofCase.StringValue => value.StringValue,
        Value.KindOneofCase.BoolValue => value.BoolValue,
        Value.KindOneofCase.StructValue => value.StructValue,
        Value.KindOneofCase.ListValue => value.ListValue,
        _ => null,
    };

    /// <summary>With 15 digits; null for what is no number or beyond all bounds.</summary>
    public static decimal? DecimalOf(double value) => Math.Abs(value) <= 1e15 ? (decimal)value : null;

    public Features Read(Struct? json) => json is null ? Features.None : Read(json, field, isLeg: false);

    private Features Read(Struct json, string path, bool isLeg)
    {
        var features = Features.None;
        foreach (var (name, value) in json.Fields)
        {
            if (_wrong.Count > 20)
                return features;
            if (name == FeatureNames.Legs && !isLeg)
                features = features with { Legs = ReadLegs(value, $"{path}.{name}") };
            else if (!FeatureNames.ByName.TryGetValue(name, out var feature))
                _unknown.Add(isLeg ? $"{path}.{name}"[(field.Length + 1)..] : name);
            else if (ValueOf(value) is { } given)
                features = Set(features, feature, given, $"{path}.{name}");
        }

        return features;
    }

    private Features Set(Features features, Feature feature, object value, string path)
    {
        if (feature.Check(value) is not { } wrong)
            return feature.Set(features, value);
        _wrong.Add(new FieldViolation(path, wrong));
        return features;
    }

    private List<Features> ReadLegs(Value value, string path)
    {
        var legs = value.ListValue?.Values;
        if (legs is null || legs.Count > FeatureNames.MaxLegs || legs.Any(leg => leg.StructValue is null))
        {
            _wrong.Add(new FieldViolation(path, $"must be a list of at most {FeatureNames.MaxLegs} objects"));
            return [];
        }

        return [.. legs.Select((leg, at) => Read(leg.StructValue, $"{path}[{at}]", isLeg: true))];
    }
}
