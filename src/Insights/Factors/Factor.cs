namespace Pylon.Insights.Factors;

/// <summary>What one unit of an activity emits.</summary>
internal sealed record Factor
{
    /// <summary>Of the total of all gases, for example 27_304_3132_14_1.</summary>
    public required string Id { get; init; }

    /// <summary>desnz-2025, hubs or shipments-2021.</summary>
    public required string Set { get; init; }

    /// <summary>For example "HGV (all diesel), Articulated (&gt;33t), Average laden".</summary>
    public required string Name { get; init; }

    /// <summary>tonne.km, km, miles, kWh, litre or tonne.</summary>
    public required string Unit { get; init; }

    /// <summary>TTW, GENERATION, TD, WTT or HUB.</summary>
    public required string Boundary { get; init; }

    /// <summary>published, transcription, unverified or assumed.</summary>
    public required string Status { get; init; }

    /// <summary>kg CO2e for each unit; null: there is no factor, which is not 0.</summary>
    public decimal? Co2e { get; init; }

    /// <summary>kg CO2e of the CO2.</summary>
    public decimal? Co2 { get; init; }

    /// <summary>kg CO2e of the CH4.</summary>
    public decimal? Ch4 { get; init; }

    /// <summary>kg CO2e of the N2O.</summary>
    public decimal? N2o { get; init; }

    /// <summary>Where the number is from, when not from its publisher.</summary>
    public string Note { get; init; } = "";

    /// <summary>All four are known.</summary>
    public bool IsComplete => Co2e is not null && Co2 is not null && Ch4 is not null && N2o is not null;
}
