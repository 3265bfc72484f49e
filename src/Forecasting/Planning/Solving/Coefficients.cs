using System.Numerics;
using Pylon.Forecasting.Planning.Requests;

namespace Pylon.Forecasting.Planning.Solving;

/// <summary>The objective as integers: a step costs Carbon·g + Price·p for each unit of energy.</summary>
/// <param name="Carbon">For the scaled carbon intensity.</param>
/// <param name="Price">For the scaled price.</param>
/// <param name="Factor">Cost of a kWh in the unit of the objective, for an integer cost of 1; for weights: of a mean step.</param>
internal sealed record Coefficients(Int128 Carbon, Int128 Price, double Factor)
{
    private const int Million = 1_000_000;

    /// <summary>Grams: hundredths.</summary>
    public static Coefficients OfCarbon { get; } = new(1, 0, 1e-2);

    /// <summary>GBP: hundred-thousandths for a MWh.</summary>
    public static Coefficients OfPrice { get; } = new(0, 1, 1e-8);

    /// <summary>Null for weights without positive means.</summary>
    public static Coefficients? Of(PlanObjective objective, IReadOnlyList<PlanZone> zones, SearchWindow window) => objective switch
    {
        PlanObjective.Carbon => OfCarbon,
        PlanObjective.Price => OfPrice,
        // p/1,000 is 100 × scaled p, and g × pence is scaled g × pence, in units of 1e-10 GBP.
        PlanObjective.Money money => new Coefficients(money.CarbonPricePence, 100, 1e-10),
        PlanObjective.Weighted weighted => OfWeights(weighted.CarbonWeight, zones, window),
        _ => throw new ArgumentOutOfRangeException(nameof(objective)),
    };

    // w·g/mean(g) + (1 - w)·p/mean(p), times the sums of g and p over all n steps, over n.
    private static Coefficients? OfWeights(int weight, IReadOnlyList<PlanZone> zones, SearchWindow window)
    {
        var (carbon, price) = (Int128.One, Int128.One);
        var (carbonWeight, priceWeight) = Reduce(weight, Million - weight);
        if (weight > 0)
            carbon = zones.Aggregate(Int128.Zero, (sum, zone) => sum + zone.Carbon.Sum(window.Begin, window.Begin + window.Length));
        if (weight < Million)
            price = zones.Aggregate(Int128.Zero, (sum, zone) => sum + zone.Price!.Sum(window.Begin, window.Begin + window.Length));
        return carbon > 0 && price > 0
            ? new Coefficients(carbonWeight * price, priceWeight * carbon, (double)zones.Count * window.Length / ((double)carbon * (double)price * (carbonWeight + priceWeight)))
            : null;
    }

    private static (int A, int B) Reduce(int a, int b)
    {
        var divisor = (int)BigInteger.GreatestCommonDivisor(a, b);
        return (a / divisor, b / divisor);
    }
}
