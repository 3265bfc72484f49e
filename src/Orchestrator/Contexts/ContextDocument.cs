using System.Text.Json;

namespace Pylon.Orchestrator.Contexts;

/// <summary>What was known when a data centre was proposed, in the shape of the seed; docs/decisions.md.</summary>
internal sealed record ContextDocument
{
    /// <summary>snake_case, and null for what is not known.</summary>
    public static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required Guid Id { get; init; }
    public required DateTime CreatedAt { get; init; }

    /// <summary>As it was made; what a reader has marked since is in processed_contexts.</summary>
    public bool Processed { get; init; }
    public required int ContextVersion { get; init; }
    public required DateTime AsKnownAt { get; init; }
    public required ContextTask Task { get; init; }
    public required GridSignals GridSignals { get; init; }
    public required IReadOnlyList<RegionalSignal> RegionalSignals { get; init; }

    /// <summary>By dc_id.</summary>
    public required IReadOnlyList<ContextDataCentre> DataCentres { get; init; }

    /// <summary>Of Great Britain.</summary>
    public required IReadOnlyList<FuelPercentage> GenerationMix { get; init; }
    public required ContextSummary Summary { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>Great Britain now and in the next half hours.</summary>
internal sealed record GridSignals(GridSignal Latest, IReadOnlyList<GridSignal> Forecast);

/// <summary>The context in a few values; null is not known.</summary>
internal sealed record ContextSummary
{
    public LowestRegion? LowestCarbonRegion { get; init; }
    public LowestDataCentre? LowestCarbonDc { get; init; }
    public double? CurrentNationalCarbon { get; init; }
    public double? CurrentGridStress { get; init; }
    public double? CurrentPriceGbpMwh { get; init; }

    /// <summary>Data centres that take work.</summary>
    public required int AvailableDcCount { get; init; }

    /// <summary>Data centres beyond the most that a context has.</summary>
    public required int LeftOutDcCount { get; init; }
}

internal sealed record LowestRegion(string Name, double CarbonIntensity);

internal sealed record LowestDataCentre(string Name, string DcId, double CarbonIntensity, string? Region);
