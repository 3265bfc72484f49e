using System.Runtime.InteropServices;

namespace Pylon.Insights.Baselines;

/// <summary>What is normal for an entity at one hour of the week; the definition is docs/adr/0022.</summary>
/// <param name="Expected">Median of the activity, in the unit of the entity.</param>
/// <param name="Sigma">1.4826 times the median distance from it, in the same unit.</param>
/// <param name="Mean">Of the entity's activity over the same weeks, at all hours.</param>
/// <param name="Samples">Weeks that are in it, 1 to 8.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Baseline(double Expected, double Sigma, double Mean, int Samples)
{
    /// <summary>The most weeks of a baseline.</summary>
    public const int Weeks = 8;

    /// <summary>With less confidence there is no hotspot: the entity is learned.</summary>
    public const double LeastConfidence = 0.25;

    /// <summary>Below this share of the mean an hour is inactive.</summary>
    public const double InactiveShare = 0.05;

    private const double SigmaOfMedian = 1.4826;

    /// <summary>Median of the emissions for each unit of activity, kg CO2e; NaN when not known.</summary>
    public double Factor { get; init; } = double.NaN;

    /// <summary>Median of the units of output; NaN when not known.</summary>
    public double Output { get; init; } = double.NaN;

    /// <summary>The least band, in the unit of the entity.</summary>
    public double Floor { get; init; }

    /// <summary>How far the activity goes above what is expected and is still normal, in the unit of the entity.</summary>
    public double Band => Math.Max(Math.Max(4 * Sigma, 0.25 * Expected), Math.Max(0.02 * Mean, Floor));

    /// <summary>0 to 1: of few weeks, or of weeks that differ, it is low.</summary>
    public double Confidence => Math.Min(1, Samples / (double)Weeks) / (1 + (Sigma == 0 ? 0 : Sigma / Expected));

    /// <summary>True when neither this much activity nor what is expected is worth a judgement.</summary>
    public bool IsInactive(double activity) => Expected < InactiveShare * Mean && activity < InactiveShare * Mean;

    /// <summary>True when nearly nothing came at a time when the entity is active: a meter that is off, or a standstill.</summary>
    public bool IsDropOut(double activity) => Expected >= InactiveShare * Mean && Expected > 0 && activity < InactiveShare * Mean;

    /// <summary>Of the activity at the same hour of some weeks; they come back sorted.</summary>
    /// <param name="values">At least one.</param>
    /// <param name="mean">Of the entity's activity.</param>
    public static Baseline Of(Span<double> values, double mean)
    {
        var expected = Median(values);
        Span<double> distances = stackalloc double[values.Length];
        for (var n = 0; n < values.Length; n++)
            distances[n] = Math.Abs(values[n] - expected);
        return new Baseline(expected, SigmaOfMedian * Median(distances), mean, values.Length);
    }

    /// <summary>Of an even count the mean of the middle two; NaN of none. The values come back sorted.</summary>
    public static double Median(Span<double> values)
    {
        if (values.IsEmpty)
            return double.NaN;
        values.Sort();
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
