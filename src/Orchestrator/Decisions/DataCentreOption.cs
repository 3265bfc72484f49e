namespace Pylon.Orchestrator.Decisions;

/// <summary>A data centre as an option for a workload.</summary>
internal sealed record DataCentreOption
{
    public required string DcId { get; init; }
    public required string Name { get; init; }
    public string? LocationRegion { get; init; }
    public required EnergyProfile EnergyProfile { get; init; }
    public required ComputeProfile ComputeProfile { get; init; }

    /// <summary>0 to 100.</summary>
    public required int SuitabilityScore { get; init; }

    /// <summary>1 for the best.</summary>
    public required int Rank { get; init; }

    /// <summary>Inputs of the score that are not known.</summary>
    public required IReadOnlyList<string> Missing { get; init; }
    public required IReadOnlyList<BrokenConstraint> BrokenConstraints { get; init; }

    /// <summary>Limits of the workload that could not be checked.</summary>
    public required IReadOnlyList<string> UncheckedConstraints { get; init; }

    /// <summary>The words of the model; null without one.</summary>
    public string? Comment { get; init; }
}

/// <summary>The grid at a data centre; null is not known.</summary>
internal sealed record EnergyProfile(
    double? CurrentCarbonIntensityGco2, string? RegionalCarbonIndex, double? GridStressScore, double? WholesalePriceGbpMwh, MixProfile? GenerationMix);

/// <summary>Shares in per cent.</summary>
internal sealed record MixProfile(double WindPct, double SolarPct, double GasPct, double NuclearPct, double OtherPct);

/// <summary>The data centre itself; null is not known.</summary>
internal sealed record ComputeProfile(
    double? Pue, double? TotalCapacityTeraflops, double? CurrentLoadPercentage, double? FlexibilityRating, bool AvailableForTask);
