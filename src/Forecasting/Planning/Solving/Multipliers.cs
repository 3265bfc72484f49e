namespace Pylon.Forecasting.Planning.Solving;

/// <summary>Integers, not negative, by which the cost and the values of each limit are added up.</summary>
internal sealed class Multipliers(int limits)
{
    /// <summary>1 or more.</summary>
    public Int128 OfCost { get; private set; } = 1;

    public Int128[] OfLimit { get; } = new Int128[limits];

    public static Int128 DivideUp(Int128 value, Int128 divisor)
    {
        var (quotient, rest) = Int128.DivRem(value, divisor);
        return rest > 0 ? quotient + 1 : quotient;
    }

    /// <summary>About the same ratio in fewer bits; the second stays 1 or more.</summary>
    public static (Int128 A, Int128 B) Shrink(Int128 a, Int128 b, int bits)
    {
        var shift = Math.Max(0, (int)Int128.Log2(Int128.Max(Int128.Max(a, b), 1)) + 1 - bits);
        return (a >> shift, Int128.Max(b >> shift, 1));
    }

    public Int128[] Combine(ZoneWindow window)
    {
        var combined = new Int128[window.Length];
        for (var t = 0; t < combined.Length; t++)
        {
            combined[t] = OfCost * window.Costs[t];
            for (var n = 0; n < OfLimit.Length; n++)
                combined[t] += OfLimit[n] * window.Limits[n].Values[t];
        }

        return combined;
    }

    /// <summary>What the combined sum of steps that just keep every limit has beside the cost.</summary>
    public Int128 OfBounds(IReadOnlyList<SumLimit> bounds)
    {
        var sum = Int128.Zero;
        for (var n = 0; n < OfLimit.Length; n++)
            sum += OfLimit[n] * bounds[n].Bound;
        return sum;
    }

    /// <summary>All of these times <paramref name="own"/>, and this one for the limit n.</summary>
    public Multipliers With(int n, Int128 own, Int128 limit)
    {
        var next = new Multipliers(OfLimit.Length) { OfCost = OfCost * own };
        for (var other = 0; other < OfLimit.Length; other++)
            next.OfLimit[other] = other == n ? limit : OfLimit[other] * own;
        return next;
    }

    public void Take(Multipliers other, int bits)
    {
        var most = other.OfLimit.Append(other.OfCost).Aggregate(Int128.Max);
        var shift = Math.Max(0, (int)Int128.Log2(most) + 1 - bits);
        OfCost = Int128.Max(other.OfCost >> shift, 1);
        for (var n = 0; n < OfLimit.Length; n++)
            OfLimit[n] = other.OfLimit[n] >> shift;
    }
}
