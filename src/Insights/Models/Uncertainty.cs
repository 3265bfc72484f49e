namespace Pylon.Insights.Models;

/// <summary>
/// How far an estimate may be off. The error of an activity is shared by its lines, that of a factor by the lines that use it;
/// different ones are independent and add up as the root of the sum of squares.
/// </summary>
internal static class Uncertainty
{
    /// <summary>Half the width of the range of a sum, kg CO2e.</summary>
    public static decimal OfSum(IReadOnlyList<EstimateLine> lines) => Root(Activities(lines).Concat(Factors(lines, [])));

    /// <summary>Half the width of the range of what the second adds to the first, kg CO2e. An activity that both have cancels.</summary>
    public static decimal OfDifference(IReadOnlyList<EstimateLine> before, IReadOnlyList<EstimateLine> after)
    {
        var shared = before.Select(line => line.ActivityKey).Intersect(after.Select(line => line.ActivityKey), StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal);
        return Root(Activities(Own(before)).Concat(Activities(Own(after))).Concat(Factors(after, before)));

        IEnumerable<EstimateLine> Own(IEnumerable<EstimateLine> lines) => lines.Where(line => !shared.Contains(line.ActivityKey));
    }

    private static IEnumerable<decimal> Factors(IReadOnlyList<EstimateLine> plus, IReadOnlyList<EstimateLine> minus) =>
        plus.Select(line => (line, sign: 1)).Concat(minus.Select(line => (line, sign: -1)))
            .GroupBy(each => each.line.FactorId, StringComparer.Ordinal)
            .Select(group => group.Sum(each => each.sign * each.line.Co2Kg * each.line.FactorPercent / 100));

    private static IEnumerable<decimal> Activities(IEnumerable<EstimateLine> lines) =>
        lines.GroupBy(line => line.ActivityKey, StringComparer.Ordinal).Select(group => group.Sum(line => line.Co2Kg * line.ActivityPercent / 100));

    // Of the errors, each in kg. Fifteen digits, as the root has.
    private static decimal Root(IEnumerable<decimal> errors) => (decimal)Math.Sqrt(errors.Sum(error => (double)error * (double)error));
}
