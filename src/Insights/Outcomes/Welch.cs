using System.Runtime.InteropServices;

namespace Pylon.Insights.Outcomes;

/// <summary>Welch's test of two means whose variances may differ.</summary>
/// <param name="T">Positive when the second mean is less.</param>
/// <param name="DegreesOfFreedom">By Welch and Satterthwaite.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Welch(double T, double DegreesOfFreedom)
{
    // The quantile 0.975 of the normal distribution.
    private const double Z = 1.9599639845400545;

    /// <summary>True when means that differ so much come from equal ones in less than 5 % of the cases, to either side.</summary>
    public bool IsSignificant => Math.Abs(T) > Critical(DegreesOfFreedom);

    public static Welch Of(Sample first, Sample second)
    {
        var (a, b) = (first.Variance / first.Count, second.Variance / second.Count);
        var difference = first.Mean - second.Mean;
        // Without any scatter every difference is one.
        if (a + b <= 0)
            return new Welch(difference == 0 ? 0 : Math.CopySign(double.MaxValue, difference), first.Count + second.Count - 2);
        return new Welch(difference / Math.Sqrt(a + b), (a + b) * (a + b) / ((a * a / (first.Count - 1)) + (b * b / (second.Count - 1))));
    }

    /// <summary>The quantile 0.975 of Student's distribution: the expansion of Cornish and Fisher, right to 0.001 from 6 degrees on.</summary>
    public static double Critical(double degreesOfFreedom)
    {
        var (z, v) = (Z, degreesOfFreedom);
        var (z3, z5, z7) = (Math.Pow(z, 3), Math.Pow(z, 5), Math.Pow(z, 7));
        return z + ((z3 + z) / (4 * v)) + (((5 * z5) + (16 * z3) + (3 * z)) / (96 * v * v)) + (((3 * z7) + (19 * z5) + (17 * z3) - (15 * z)) / (384 * v * v * v));
    }
}
