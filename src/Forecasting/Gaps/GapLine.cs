namespace Pylon.Forecasting.Gaps;

/// <summary>Straight lines over missing values, which are NaN.</summary>
public static class GapLine
{
    /// <summary>Puts a line between the values before and after each gap; a longer gap, and one at an end, stays.</summary>
    /// <param name="values">Changed in place.</param>
    /// <param name="longest">The longest gap that is filled; 0 for none.</param>
    /// <returns>All gaps, in order.</returns>
    public static IReadOnlyList<Gap> Fill(Span<double> values, int longest)
    {
        var gaps = new List<Gap>();
        for (var first = 0; first < values.Length; first++)
        {
            if (!double.IsNaN(values[first]))
                continue;
            var end = first + 1;
            while (end < values.Length && double.IsNaN(values[end]))
                end++;
            var isFilled = first > 0 && end < values.Length && end - first <= longest;
            if (isFilled)
                Draw(values, first, end);
            gaps.Add(new Gap(first, end - first, isFilled));
            first = end;
        }

        return gaps;
    }

    private static void Draw(Span<double> values, int first, int end)
    {
        var (before, after, steps) = (values[first - 1], values[end], end - first + 1);
        for (var i = first; i < end; i++)
            values[i] = before + ((after - before) * (i - first + 1) / steps);
    }
}
