using System.Diagnostics.CodeAnalysis;

namespace Pylon.Forecasting.Planning.Series;

/// <summary>
/// Values on a fixed step, prepared for many queries: O(1) for consecutive steps, O(log n) for the smallest ones. Immutable
/// to its users and safe for any number of threads; indexes are built when they are first needed. At most about 13 MB for
/// a year of hours with all indexes built.
/// </summary>
/// <remarks>Values are integers (<see cref="SeriesScale"/>), so sums are exact and ties go to the earliest step.</remarks>
public sealed class PlanSeries
{
    /// <summary>Most steps of a series; a year has 35,040 quarter hours.</summary>
    public const int MaxSteps = 100_000;

    /// <summary>Largest magnitude of a value: the sum of the longest series is below 2^60.</summary>
    public const long MaxValue = 10_000_000_000_000;

    private readonly long[] _values;
    private readonly long[] _prefix;
    private readonly ConsecutiveIndexes _consecutive;
    private readonly Lazy<SmallestIndex> _smallest;

    private PlanSeries(DateTimeOffset start, TimeSpan step, long[] values)
    {
        (Start, Step, _values) = (start, step, values);
        _prefix = new long[values.Length + 1];
        for (var t = 0; t < values.Length; t++)
            _prefix[t + 1] = _prefix[t] + values[t];
        _consecutive = new ConsecutiveIndexes(_prefix);
        _smallest = new Lazy<SmallestIndex>(() => new SmallestIndex(_values));
    }

    /// <summary>Start of step 0.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>Length of each step.</summary>
    public TimeSpan Step { get; }

    public int Count => _values.Length;

    public ReadOnlySpan<long> Values => _values;

    /// <param name="start">Start of the first value.</param>
    /// <param name="step">Whole seconds, from 1 second to 1 day.</param>
    /// <param name="values">1 to <see cref="MaxSteps"/> values within ± <see cref="MaxValue"/>; copied.</param>
    public static bool TryCreate(
        DateTimeOffset start, TimeSpan step, ReadOnlySpan<long> values,
        [NotNullWhen(true)] out PlanSeries? series, [NotNullWhen(false)] out PlanRefusal? refusal)
    {
        refusal = Check(step, values);
        series = refusal is null ? new PlanSeries(start, step, values.ToArray()) : null;
        return series is not null;
    }

    /// <summary>The sum of the values in [from, to).</summary>
    public long Sum(int from, int to) => _prefix[to] - _prefix[from];

    /// <summary>Its first steps, at least 1; itself when it has no more.</summary>
    public PlanSeries First(int count) => count < Count ? new(Start, Step, _values[..count]) : this;

    public DateTimeOffset TimeOf(int step) => Start + (Step * step);

    /// <summary>The first step that starts at this time or later: 0 for a time before the series, Count for one after.</summary>
    public int FirstStepFrom(DateTimeOffset time) => Clamp(((time - Start).Ticks + Step.Ticks - 1) / Step.Ticks);

    /// <summary>How many steps end at this time or earlier: the exclusive end for a deadline.</summary>
    public int StepsUntil(DateTimeOffset time) => Clamp((time - Start).Ticks / Step.Ticks);

    /// <summary>Whole steps within a period of time; at most <see cref="MaxSteps"/>.</summary>
    public int WholeSteps(TimeSpan period) => (int)Math.Clamp(period.Ticks / Step.Ticks, 0, MaxSteps);

    /// <summary>Null when the query can be answered. A window beyond the end of the series is cut; fewer steps than the duration are refused.</summary>
    public PlanRefusal? Check(in WindowQuery query)
    {
        if (query.Arrival < 0)
            return PlanRefusal.Invalid("arrival", "must be 0 or more");
        if (query.Duration < 1)
            return PlanRefusal.Invalid("duration", "must be 1 step or more");
        if (query.Slack < 0)
            return PlanRefusal.Invalid("slack", "must be 0 steps or more");
        return Math.Max(0, Count - query.Arrival) is var left && left < query.Duration ? PlanRefusal.TooShort(left, query.Duration) : null;
    }

    /// <summary>The consecutive steps with the smallest sum, the earliest of equal ones.</summary>
    public bool TryConsecutive(in WindowQuery query, out WindowAnswer answer, [NotNullWhen(false)] out PlanRefusal? refusal)
    {
        refusal = Check(query);
        if (refusal is not null)
        {
            answer = default;
            return false;
        }

        var first = _consecutive.BestStart(query.Duration, query.Arrival, End(query) - query.Duration);
        answer = new WindowAnswer(first, first + query.Duration - 1, query.Duration, Sum(first, first + query.Duration), NowSum(query));
        return true;
    }

    /// <summary>The steps with the smallest values, the earlier of equal ones. <see cref="ListSmallest"/> lists them.</summary>
    public bool TryInterruptible(in WindowQuery query, out WindowAnswer answer, [NotNullWhen(false)] out PlanRefusal? refusal)
    {
        refusal = Check(query);
        if (refusal is not null)
        {
            answer = default;
            return false;
        }

        var (sum, first, last) = _smallest.Value.Smallest(query.Arrival, End(query), query.Duration);
        answer = new WindowAnswer(first, last, query.Duration, sum, NowSum(query));
        return true;
    }

    /// <summary>The steps of <see cref="TryInterruptible"/> in the order of time.</summary>
    /// <param name="steps">As long as the duration.</param>
    public bool TryListSmallest(in WindowQuery query, Span<int> steps, [NotNullWhen(false)] out PlanRefusal? refusal)
    {
        refusal = Check(query) ?? (steps.Length == query.Duration ? null : PlanRefusal.Invalid("steps", "must be as long as the duration"));
        if (refusal is not null)
            return false;
        _smallest.Value.List(query.Arrival, End(query), steps);
        return true;
    }

    /// <summary>The steps of <see cref="TryInterruptible"/> in the order of time; none when the query is refused.</summary>
    public int[] ListSmallest(in WindowQuery query)
    {
        var steps = Check(query) is null ? new int[query.Duration] : [];
        return TryListSmallest(query, steps, out _) ? steps : [];
    }

    private static PlanRefusal? Check(TimeSpan step, ReadOnlySpan<long> values)
    {
        if (step < TimeSpan.FromSeconds(1) || step > TimeSpan.FromDays(1) || step.Ticks % TimeSpan.TicksPerSecond != 0)
            return PlanRefusal.Invalid("step", "must be whole seconds from 1 second to 1 day");
        if (values.Length is 0 or > MaxSteps)
            return PlanRefusal.Invalid("values", $"must be 1 to {MaxSteps} values");
        for (var t = 0; t < values.Length; t++)
        {
            if (values[t] is > MaxValue or < -MaxValue)
                return PlanRefusal.Invalid($"values[{t}]", $"must be within ± {MaxValue}");
        }

        return null;
    }

    private int End(in WindowQuery query) => (int)Math.Min(Count, (long)query.Arrival + query.Duration + query.Slack);

    private long NowSum(in WindowQuery query) => Sum(query.Arrival, query.Arrival + query.Duration);

    private int Clamp(long step) => (int)Math.Clamp(step, 0, Count);
}
