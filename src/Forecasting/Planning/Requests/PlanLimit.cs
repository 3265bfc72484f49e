namespace Pylon.Forecasting.Planning.Requests;

/// <summary>A limit of a request.</summary>
public enum PlanLimit
{
    Deadline,
    Slack,
    MaxDelay,
    EarliestStart,
    Blackouts,
    MaxMeanCarbon,
    CarbonCap,
    MaxTotalCarbon,
    MaxPrice,
    Zones,
}
