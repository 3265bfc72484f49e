using System.Text.Json;

namespace Pylon.Insights.Playbook;

/// <summary>The lever of the what-if simulation that a measure pulls.</summary>
internal sealed record MeasureLever
{
    public const string ModeShift = "mode_shift";
    public const string LoadFactor = "load_factor";
    public const string Vehicle = "vehicle";
    public const string RenewableShare = "renewable_share";
    public const string TimeShift = "time_shift";
    public const string ZoneShift = "zone_shift";
    public const string Distance = "distance";
    public const string AirToSea = "air_to_sea";
    public const string Efficiency = "efficiency";

    /// <summary>Nothing to simulate: the measure corrects data or settings.</summary>
    public const string None = "none";

    /// <summary>Every lever, with the parameters that it must have and those that it may have.</summary>
    private static readonly Dictionary<string, (string[] Required, string[] Optional)> Known = new(StringComparer.Ordinal)
    {
        [ModeShift] = (["to"], ["distance_factor"]),
        [LoadFactor] = (["from", "to"], []),
        [Vehicle] = ([], ["to_vehicle", "to_fuel"]),
        [RenewableShare] = (["to"], []),
        [TimeShift] = (["slack_hours", "interruptible"], []),
        [ZoneShift] = ([], []),
        [Distance] = (["share"], []),
        [AirToSea] = ([], ["distance_factor", "with_rf"]),
        [Efficiency] = (["share"], []),
        [None] = ([], []),
    };

    public required string Name { get; init; }

    /// <summary>What it acts on, where a measure could pull the lever in several ways, for example compressed_air; empty otherwise.</summary>
    public string Target { get; init; } = "";

    /// <summary>Two measures with the same key pull the same lever: the name and, after a colon, the target.</summary>
    public string Key => Target.Length > 0 ? $"{Name}:{Target}" : Name;

    /// <summary>By name: shares of 0 to 1, hours, words.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Parameters { get; init; }

    /// <summary>The name of a lever in a key.</summary>
    public static string NameOf(string key) => key.Split(':')[0];

    /// <summary>Null when it is not given.</summary>
    public double? Number(string parameter) =>
        Parameters.TryGetValue(parameter, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    /// <summary>Null when it is not given.</summary>
    public string? Word(string parameter) =>
        Parameters.TryGetValue(parameter, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public bool Flag(string parameter) => Parameters.TryGetValue(parameter, out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>What is wrong with it, in sentences.</summary>
    public IEnumerable<string> Faults()
    {
        if (!Known.TryGetValue(Name, out var known))
            return [$"the lever {Name} is not known: it must be one of {string.Join(", ", Known.Keys)}"];
        var allowed = known.Required.Concat(known.Optional).ToList();
        return
        [
            .. known.Required.Where(p => !Parameters.ContainsKey(p)).Select(p => $"the lever {Name} must have the parameter {p}"),
            .. Parameters.Keys.Where(p => !allowed.Contains(p, StringComparer.Ordinal)).Select(p => $"the lever {Name} has no parameter {p}"),
            .. Parameters.Select(p => Fault(p.Key, p.Value)).OfType<string>(),
            .. Target.Length <= 40 && Target.All(c => char.IsAsciiLetterLower(c) || c == '_') ? Array.Empty<string>() : ["target must be a word in lower case of at most 40 letters"],
            .. Target.Length > 0 || Name is not (Efficiency or Distance) ? Array.Empty<string>() : [$"the lever {Name} must have a target: what it acts on"],
            .. Name == Vehicle && Parameters.Count == 0 ? ["the lever vehicle must have to_vehicle or to_fuel"] : Array.Empty<string>(),
            .. Name == LoadFactor && Number("from") >= Number("to") ? ["from of the lever load_factor must be less than to"] : Array.Empty<string>(),
        ];
    }

    private string? Fault(string parameter, JsonElement value) => parameter switch
    {
        "interruptible" or "with_rf" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : $"{parameter} of the lever {Name} must be true or false",
        "to_vehicle" or "to_fuel" => Words(parameter, value),
        "to" when Name == ModeShift => value.ValueKind == JsonValueKind.String && value.GetString() is "rail" or "sea" or "road" ? null : "to of the lever mode_shift must be rail, sea or road",
        "slack_hours" => Within(parameter, value, 1, 168),
        "distance_factor" => Within(parameter, value, 0.1, 10),
        _ => Within(parameter, value, 0, 1),
    };

    private string? Words(string parameter, JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and <= 100 } ? null : $"{parameter} of the lever {Name} must be a word";

    private string? Within(string parameter, JsonElement value, double min, double max) =>
        value.ValueKind == JsonValueKind.Number && value.GetDouble() >= min && value.GetDouble() <= max
            ? null
            : $"{parameter} of the lever {Name} must be a number from {min} to {max}";
}
