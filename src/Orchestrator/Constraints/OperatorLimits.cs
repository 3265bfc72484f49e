using System.Text.Json;

namespace Pylon.Orchestrator.Constraints;

/// <summary>operators.metadata.constraints: what the operator allows its users. The database checks the shape; other keys are ignored.</summary>
internal sealed record OperatorLimits
{
    /// <summary>gCO2/kWh.</summary>
    public double? MaxCarbonIntensity { get; init; }

    /// <summary>0 to 100.</summary>
    public double? MinRenewableMix { get; init; }

    /// <summary>Grid zone codes; null allows every zone.</summary>
    public IReadOnlyList<string>? AllowedZones { get; init; }

    /// <summary>Grid zone codes.</summary>
    public IReadOnlyList<string>? BlockedZones { get; init; }

    /// <summary>Null when there are none.</summary>
    public static OperatorLimits? Read(string? json) =>
        json is null ? null : JsonSerializer.Deserialize<OperatorLimits>(json, Preferences.Json) is { } read && read != new OperatorLimits() ? read : null;

    /// <summary>What it breaks, for the user; null when nothing.</summary>
    public string? ReasonAgainst(Place place) =>
        MaxCarbonIntensity is { } cap && !(place.CarbonIntensity <= cap) ? $"the operator allows at most {cap:0.##} gCO2/kWh"
        : MinRenewableMix is { } mix && place.RenewableMixPercent < mix ? $"the operator asks for at least {mix:0.##} % renewable"
        : AllowedZones is { } allowed && !allowed.Contains(place.ZoneCode, StringComparer.OrdinalIgnoreCase) ? "the operator does not allow its zone"
        : BlockedZones is { } blocked && blocked.Contains(place.ZoneCode, StringComparer.OrdinalIgnoreCase) ? "the operator blocks its zone"
        : null;

    public override string ToString() => string.Join(", ", new[]
    {
        MaxCarbonIntensity is { } cap ? $"at most {cap:0.##} gCO2/kWh" : null,
        MinRenewableMix is { } mix ? $"at least {mix:0.##} % renewable" : null,
        AllowedZones is { } allowed ? $"only {string.Join(", ", allowed.Take(10))}" : null,
        BlockedZones is { Count: > 0 } blocked ? $"not {string.Join(", ", blocked.Take(10))}" : null,
    }.OfType<string>());
}
