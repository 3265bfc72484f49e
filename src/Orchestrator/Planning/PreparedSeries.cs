using Pylon.Forecasting.Gaps;
using Pylon.Forecasting.Planning.Series;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Planning;

/// <summary>A series on the step of the plan, as integers with indexes, beside the values that it was made of.</summary>
/// <param name="Values">As read.</param>
/// <param name="Factor">Values of a step, averaged.</param>
/// <param name="Series">As the planner takes it; 0 where a value is missing, which no candidate window may contain.</param>
internal sealed record PreparedSeries(StepValues Values, int Factor, PlanSeries Series)
{
    // The indexes are built later, and 64 bytes more for each duration that is asked for.
    private const int BytesOfStep = 768;

    // Inline values without a start are on steps; the planner wants a time that nobody sees.
    private static readonly DateTimeOffset NoStart = DateTimeOffset.UnixEpoch;

    /// <summary>What it may come to take, in bytes.</summary>
    public long Bytes => ((long)Series.Count * BytesOfStep) + (Values.Values.Length * 24L);

    /// <param name="values">As read.</param>
    /// <param name="step">Of the plan, a multiple of that of the values.</param>
    /// <param name="risk">0 to 1: how much of the way to the upper value counts.</param>
    /// <param name="isPrice">GBP/MWh, else gCO2/kWh.</param>
    /// <param name="field">For a refusal.</param>
    public static PreparedSeries Of(StepValues values, TimeSpan step, double risk, bool isPrice, string field)
    {
        if (step.Ticks % values.Step.Ticks != 0)
            throw Refusal.InvalidArgument("step", $"must be a multiple of the step of {field}, which is {values.Step:c}").AsException();
        var factor = (int)(step.Ticks / values.Step.Ticks);
        var scaled = new long[LastKnown(values.Values) / factor];
        for (var i = 0; i < scaled.Length; i++)
            scaled[i] = Scaled(Mean(values, i * factor, factor, risk, field), isPrice, $"{field}.values[{i * factor}]");
        if (scaled.Length == 0)
            throw Refusals.TooShort(0, 1, $"{field} has no value for a whole step").AsException();
        return PlanSeries.TryCreate(values.Start ?? NoStart, step, scaled, out var series, out var refusal)
            ? new PreparedSeries(values, factor, series)
            : throw Refusal.InvalidArgument(refusal.Field == "step" ? "step" : $"{field}.values", refusal.Rule).AsException();
    }

    /// <summary>The first gap within the steps [first, end) that is not filled; null without one.</summary>
    public Gap? GapIn(int first, int end) =>
        Values.Gaps.Where(gap => !gap.IsFilled && gap.First < (long)end * Factor && gap.First + gap.Count > (long)first * Factor).Cast<Gap?>().FirstOrDefault();

    // A series ends with its last value.
    private static int LastKnown(double[] values)
    {
        var count = values.Length;
        while (count > 0 && double.IsNaN(values[count - 1]))
            count--;
        return count;
    }

    private static double Mean(StepValues values, int first, int count, double risk, string field)
    {
        var sum = 0.0;
        for (var i = first; i < first + count; i++)
        {
            var value = values.Values[i];
            var upper = risk > 0 && !double.IsNaN(value) ? values.Upper?[i] ?? double.NaN : value;
            if (double.IsNaN(upper) && !double.IsNaN(value))
                throw Refusal.FailedPrecondition("BANDS_MISSING", $"{field} has no upper value at {i}: risk must be 0 for it.").AsException();
            sum += risk > 0 ? value + (risk * (upper - value)) : value;
        }

        return sum / count;
    }

    private static long Scaled(double value, bool isPrice, string field)
    {
        if (double.IsNaN(value))
            return 0;
        if (isPrice ? SeriesScale.TryPrice(value, out var scaled) : SeriesScale.TryCarbon(value, out scaled))
            return scaled;
        throw Refusal.InvalidArgument(field, isPrice ? $"must be within ± {SeriesScale.MaxPrice}" : $"must be from 0 to {SeriesScale.MaxCarbon}").AsException();
    }
}
