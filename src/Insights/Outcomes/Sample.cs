using System.Runtime.InteropServices;

namespace Pylon.Insights.Outcomes;

/// <summary>Some days, as their mean and scatter.</summary>
/// <param name="Count">How many.</param>
/// <param name="Mean">Of the daily ratios.</param>
/// <param name="Variance">Of the daily ratios, with Count - 1; 0 of a single day.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Sample(int Count, double Mean, double Variance)
{
    public static Sample Of(IReadOnlyList<double> values)
    {
        if (values.Count == 0)
            return default;
        var mean = values.Average();
        return new Sample(values.Count, mean, values.Count < 2 ? 0 : values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1));
    }
}
