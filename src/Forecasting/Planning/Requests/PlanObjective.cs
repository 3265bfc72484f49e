namespace Pylon.Forecasting.Planning.Requests;

/// <summary>What is made small. Each is linear in the carbon intensity and the price of a step.</summary>
public abstract record PlanObjective
{
    private PlanObjective()
    {
    }

    /// <summary>Grams of CO2.</summary>
    public sealed record Carbon : PlanObjective;

    /// <summary>GBP.</summary>
    public sealed record Price : PlanObjective;

    /// <summary>
    /// w·g/mean(g) + (1 - w)·p/mean(p), with the means over the candidate windows of all zones that are compared. Free of scales:
    /// the cost is a number without a unit.
    /// </summary>
    /// <param name="CarbonWeight">w in millionths, 0 to 1,000,000.</param>
    public sealed record Weighted(int CarbonWeight) : PlanObjective;

    /// <summary>GBP with a price of carbon: kWh·(p/1,000 + g/1,000,000·carbon price).</summary>
    /// <param name="CarbonPricePence">Pence for a tonne of CO2: 5,000 for 50 GBP/t. 0 to 100,000,000.</param>
    public sealed record Money(long CarbonPricePence) : PlanObjective;
}
