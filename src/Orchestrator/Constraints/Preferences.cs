using System.Text.Json;

namespace Pylon.Orchestrator.Constraints;

/// <summary>users.preferences: they shape the order of the options and leave nothing out. The database checks the shape; other keys are ignored.</summary>
internal sealed record Preferences
{
    internal static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Preferences None { get; } = new();

    /// <summary>gCO2/kWh: what is above ranks behind what is not.</summary>
    public double? MaxCarbonIntensity { get; init; }

    /// <summary>The renewable mix counts twice.</summary>
    public bool? PreferRenewable { get; init; }

    /// <summary>0 to 1, or low (0.25), medium (0.5), high (0.75): the weight of the price against the score.</summary>
    public JsonElement? CostPriority { get; init; }

    public double CostWeight => CostPriority switch
    {
        { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
        { ValueKind: JsonValueKind.String } word => word.GetString() switch { "low" => 0.25, "medium" => 0.5, "high" => 0.75, _ => 0 },
        _ => 0,
    };

    public static Preferences Read(string? json) => json is null ? None : JsonSerializer.Deserialize<Preferences>(json, Json) ?? None;

    public bool Exceeds(double? carbonIntensity) => MaxCarbonIntensity is { } most && !(carbonIntensity <= most);

    public double Points(double score, double renewableMixPercent) => score + (PreferRenewable == true ? renewableMixPercent : 0);

    /// <summary>
    /// What to rank by, the greater the better: without a cost priority the points; with one, points and price each from 0
    /// (the worst of these) to 1 (the best), by their weights. A price that is not told counts as the worst.
    /// </summary>
    public IReadOnlyList<double> RankBy(IReadOnlyList<(double Points, double? PricePerKwh)> candidates)
    {
        if (CostWeight is not (> 0 and var weight) || candidates.Count == 0)
            return [.. candidates.Select(c => c.Points)];
        var (low, high) = (candidates.Min(c => c.Points), candidates.Max(c => c.Points));
        var (cheap, dear) = (candidates.Min(c => c.PricePerKwh) ?? 0, candidates.Max(c => c.PricePerKwh) ?? 0);
        return [.. candidates.Select(c => ((1 - weight) * Share(c.Points - low, high - low)) + (weight * (c.PricePerKwh is { } price ? Share(dear - price, dear - cheap) : 0)))];

        static double Share(double part, double whole) => whole > 0 ? part / whole : 1;
    }

    /// <summary>In words; empty when there are none.</summary>
    public override string ToString() => string.Join(", ", new[]
    {
        MaxCarbonIntensity is { } most ? $"at most {most:0.##} gCO2/kWh first" : null,
        PreferRenewable == true ? "renewable generation first" : null,
        CostWeight > 0 ? $"cost priority {CostWeight:0.##}" : null,
    }.OfType<string>());
}
