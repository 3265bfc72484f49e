namespace Pylon.Forecasting.Planning.Requests;

/// <summary>What a plan must keep to; null and empty for no limit. A limit that is broken removes the plan.</summary>
public sealed record PlanLimits
{
    /// <summary>The first step that may be used, when later than the arrival.</summary>
    public int? EarliestStart { get; init; }

    /// <summary>The first step that must not be used any more.</summary>
    public int? Deadline { get; init; }

    /// <summary>Most steps of delay, against starting at the begin of the window.</summary>
    public int? MaxDelay { get; init; }

    /// <summary>Highest mean carbon intensity over the energy of the job, gCO2/kWh.</summary>
    public decimal? MaxMeanCarbon { get; init; }

    /// <summary>Highest carbon intensity of any used step, gCO2/kWh (the seed's <c>carbon_cap_gco2</c>).</summary>
    public decimal? CarbonCap { get; init; }

    /// <summary>Most CO2 of the whole job with PUE, grams.</summary>
    public decimal? MaxTotalCarbon { get; init; }

    /// <summary>Highest price of the energy of the whole job with PUE, GBP, without a price of carbon.</summary>
    public decimal? MaxPrice { get; init; }

    /// <summary>Saving in per cent below which starting at once is taken instead, where the other limits allow it.</summary>
    public decimal? MinSaving { get; init; }

    /// <summary>Ids of the zones that may be used; null for all.</summary>
    public IReadOnlyCollection<string>? AllowedZones { get; init; }

    /// <summary>Ids of the zones that must not be used.</summary>
    public IReadOnlyCollection<string> BlockedZones { get; init; } = [];

    /// <summary>Steps that must not be used.</summary>
    public IReadOnlyList<StepRange> Blackouts { get; init; } = [];
}
