namespace Pylon.Insights.Playbook;

/// <summary>What is known of an entity's activity, by the names of <see cref="FeatureNames"/>. What is not in it is not known.</summary>
internal sealed class Facts
{
    private readonly Dictionary<string, double> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, double> Numbers => _numbers;

    /// <summary>In lower case.</summary>
    public IReadOnlyDictionary<string, string> Words => _words;

    /// <summary>Adds a number; one that is null or not finite is not known.</summary>
    public Facts With(string feature, double? value)
    {
        if (value is { } number && double.IsFinite(number))
            _numbers[feature] = number;
        return this;
    }

    /// <summary>Adds a word; an empty one is not known.</summary>
    public Facts With(string feature, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value))
            _words[feature] = value.Trim().ToLowerInvariant();
        return this;
    }

    /// <summary>Null when it is not known.</summary>
    public double? Number(string feature) => _numbers.TryGetValue(feature, out var value) ? value : null;

    /// <summary>Null when it is not known.</summary>
    public string? Word(string feature) => _words.GetValueOrDefault(feature);

    /// <summary>Adds what follows from the others; it assumes nothing.</summary>
    /// <param name="kind">See <see cref="Entities.EmissionKind"/>.</param>
    public Facts Derive(string kind)
    {
        // The seed has two names for each: of the event and of the prediction.
        Same("speed", FeatureNames.AvgSpeed);
        if (kind == Entities.EmissionKind.Delivery)
            Same(FeatureNames.DistanceKm, FeatureNames.RouteLength);
        if (Word(FeatureNames.FuelType) is null)
            With(FeatureNames.FuelType, FuelOf(Word(FeatureNames.VehicleType)));
        if (Number(FeatureNames.MachineRuntimeHours) is { } runs && Number(FeatureNames.ShiftHours) is { } shift)
            With(FeatureNames.IdleHours, Math.Max(0, runs - shift));
        return this;
    }

    private static string? FuelOf(string? vehicle) => vehicle switch
    {
        "truck_diesel" => "diesel",
        "truck_ev" => "electric",
        _ => null,
    };

    private void Same(string from, string to)
    {
        if (Number(to) is null)
            With(to, Number(from));
    }
}
