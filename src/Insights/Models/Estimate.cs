namespace Pylon.Insights.Models;

/// <summary>What something emits, and how that was found. The same inputs give the same digits.</summary>
internal sealed record Estimate
{
    /// <summary>kg CO2e: the sum of the lines.</summary>
    public required decimal Co2Kg { get; init; }

    /// <summary>What is counted: TTW, WTW, GENERATION or GENERATION_TD.</summary>
    public required string Boundary { get; init; }

    /// <summary>How much was done, in <see cref="Entities.EmissionKind.UnitOf"/> of the kind.</summary>
    public required decimal Activity { get; init; }

    public required IReadOnlyList<EstimateLine> Lines { get; init; }

    /// <summary>Where the factors are from, for example desnz-2025.</summary>
    public required string FactorSet { get; init; }

    /// <summary>Of the engine that answered.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>built-in or ml.</summary>
    public required string Engine { get; init; }

    /// <summary>Why the built-in model answered although an external engine is configured; empty otherwise.</summary>
    public string FallbackReason { get; init; } = "";

    /// <summary>0 to 1: the quality of the inputs.</summary>
    public required decimal Confidence { get; init; }

    /// <summary>kg CO2e.</summary>
    public required decimal LowKg { get; init; }

    /// <summary>kg CO2e.</summary>
    public required decimal HighKg { get; init; }

    /// <summary>Half the width of the uncertainty, kg CO2e.</summary>
    public decimal UncertaintyKg => HighKg - Co2Kg;

    /// <summary>What was assumed because no input says it, in sentences.</summary>
    public IReadOnlyList<string> Assumptions { get; init; } = [];

    /// <summary>Inputs that changed nothing, by name.</summary>
    public IReadOnlyList<string> UnusedInputs { get; init; } = [];

    /// <summary>Shares of drops and parcels, where they were asked for.</summary>
    public IReadOnlyList<Allocation> Allocations { get; init; } = [];
}
