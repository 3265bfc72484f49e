namespace Pylon.Insights.Baselines;

/// <summary>
/// The hours of one entity, and what is normal for it as of any of them. Pure: scans, the building of the table and the
/// benchmark use it.
/// <para>
/// A week in which the entity has no data at all is not counted. Within the weeks that have data an hour without data is
/// missing where most of the weeks have the hour, and 0 where most have not: a delivery van at night does nothing, and a
/// meter that is off for two days says nothing.
/// </para>
/// <para>
/// An entity is sparse when the days that have data have less than 1.5 hours with data on average: then whole days are
/// compared, by day of week, and all eight weeks are needed.
/// </para>
/// </summary>
internal sealed class EntityHistory
{
    /// <summary>Weeks that are looked through for those that have data.</summary>
    public const int WeeksBack = 16;

    private const double SparseHoursOfDay = 1.5;
    private const int LeastSamples = 2;

    private readonly string _timeZone;
    private readonly List<AcceptedLevel> _accepted;
    private readonly int _first;
    private readonly ActivityHour[] _steps;
    private readonly bool[] _has;
    private readonly int[] _countBefore;
    private readonly double[] _sumBefore;

    /// <param name="rows">In the order of time, of at most a few years.</param>
    /// <param name="timeZone">UTC or Europe/London.</param>
    /// <param name="isSparse">Null: decided by the rows.</param>
    /// <param name="accepted">What persons accepted as normal.</param>
    public EntityHistory(IReadOnlyList<ActivityHour> rows, string timeZone, bool? isSparse = null, IReadOnlyList<AcceptedLevel>? accepted = null)
    {
        _timeZone = timeZone;
        _accepted = [.. (accepted ?? []).OrderBy(one => one.Before)];
        IsSparse = isSparse ?? AreSparse(rows, timeZone);
        _first = rows.Count == 0 ? 0 : IndexOf(rows[0].Hour);
        var count = rows.Count == 0 ? 0 : IndexOf(rows[^1].Hour) - _first + 1;
        (_steps, _has) = (new ActivityHour[count], new bool[count]);
        foreach (var row in rows)
        {
            var at = IndexOf(row.Hour) - _first;
            // Where the clocks go back, two hours have one place: half of both is as much as one.
            _steps[at] = !_has[at] ? row : IsSparse ? _steps[at].Plus(row) : HalfOfBoth(_steps[at], row);
            _has[at] = true;
        }

        (_countBefore, _sumBefore) = (new int[count + 1], new double[count + 1]);
        for (var n = 0; n < count; n++)
        {
            _countBefore[n + 1] = _countBefore[n] + (_has[n] ? 1 : 0);
            _sumBefore[n + 1] = _sumBefore[n] + (_has[n] ? Accepted(_steps[n].Activity, n) : 0);
        }
    }

    /// <summary>True when whole days are compared.</summary>
    public bool IsSparse { get; }

    /// <summary>Steps of a week.</summary>
    private int Period => IsSparse ? HourOfWeek.Days : HourOfWeek.Hours;

    public static bool AreSparse(IReadOnlyList<ActivityHour> rows, string timeZone)
    {
        var days = rows.Select(row => HourOfWeek.DayOf(row.Hour, timeZone)).Distinct().Count();
        return days > 0 && rows.Count < SparseHoursOfDay * days;
    }

    /// <summary>What is judged at once, in the order of time: hours, or of a sparse entity days.</summary>
    public IEnumerable<ActivityHour> Steps => Enumerable.Range(0, _steps.Length).Where(n => _has[n]).Select(n => IsSparse ? _steps[n] with { Hour = StartOfDay(n + _first) } : _steps[n]);

    /// <summary>How long a step is.</summary>
    public TimeSpan StepLength => TimeSpan.FromHours(IsSparse ? 24 : 1);

    /// <summary>Of all hours of the last weeks, in the unit of the entity.</summary>
    public double Mean => MeanBefore(_steps.Length);

    /// <summary>What stands for a day: its date at 00:00 UTC, whatever the zone.</summary>
    public static DateTimeOffset StartOfDay(int day) => DateTimeOffset.UnixEpoch.AddDays(day);

    /// <summary>What is normal in an hour, as known before it; null with too few weeks.</summary>
    public Baseline? AsOf(DateTimeOffset hour) => At(IndexOf(hour) - _first);

    /// <summary>What is normal in the week after the last row: by hour of week, 0 to 167, or of a sparse entity 168 to 174.</summary>
    public IEnumerable<(int HourOfWeek, Baseline Baseline)> Next()
    {
        for (var n = _steps.Length; n < _steps.Length + Period; n++)
        {
            if (At(n) is { } baseline)
                yield return (SlotOf(n), baseline);
        }
    }

    private Baseline? At(int at)
    {
        Span<double> values = stackalloc double[Baseline.Weeks];
        Span<double> factors = stackalloc double[Baseline.Weeks];
        Span<double> outputs = stackalloc double[Baseline.Weeks];
        var (weeks, known) = Presence(at);
        var missingIsZero = 2 * known < weeks;
        var (count, factorCount, outputCount, week) = (0, 0, 0, 0);
        for (var back = 1; back <= WeeksBack && count < Baseline.Weeks; back++)
        {
            var n = at - (back * Period);
            if (n < 0)
                break;
            if (!HasData(n, n + Period))
                continue;
            week++;
            if (n < _steps.Length && _has[n])
            {
                ref readonly var step = ref _steps[n];
                values[count++] = Accepted(step.Activity, n);
                if (step.Activity > 0)
                    factors[factorCount++] = step.Kg / step.Activity;
                if (step.Output > 0)
                    outputs[outputCount++] = step.Output;
            }
            else if (missingIsZero && week <= weeks)
            {
                values[count++] = Accepted(0, n);
            }
        }

        if (count < (IsSparse ? Baseline.Weeks : LeastSamples))
            return null;
        return Baseline.Of(values[..count], MeanBefore(at)) with
        {
            Factor = Baseline.Median(factors[..factorCount]),
            Output = Baseline.Median(outputs[..outputCount]),
        };
    }

    // Of the last weeks that have data: how many there are, and how many of them have this step.
    private (int Weeks, int Known) Presence(int at)
    {
        var (weeks, known) = (0, 0);
        for (var back = 1; back <= WeeksBack && weeks < Baseline.Weeks; back++)
        {
            var n = at - (back * Period);
            if (n < 0)
                break;
            if (!HasData(n, n + Period))
                continue;
            weeks++;
            known += n < _steps.Length && _has[n] ? 1 : 0;
        }

        return (weeks, known);
    }

    private double MeanBefore(int at)
    {
        var (sum, steps) = (0.0, 0);
        for (var back = 1; back <= Baseline.Weeks; back++)
        {
            var (from, to) = (Clamp(at - (back * Period)), Clamp(at - ((back - 1) * Period)));
            if (_countBefore[to] == _countBefore[from])
                continue;
            sum += _sumBefore[to] - _sumBefore[from];
            steps += to - from;
        }

        return steps == 0 ? 0 : sum / steps;
    }

    private double Accepted(double activity, int at)
    {
        foreach (var level in _accepted)
        {
            if (at < IndexOf(level.Before) - _first && (level.HourOfWeek is null || level.HourOfWeek == SlotOf(at)))
                activity = level.Ratio is { } ratio ? activity * ratio : level.Level ?? activity;
        }

        return activity;
    }

    private bool HasData(int from, int to) => _countBefore[Clamp(to)] > _countBefore[Clamp(from)];

    private int Clamp(int at) => Math.Clamp(at, 0, _steps.Length);

    private int IndexOf(DateTimeOffset hour) => IsSparse ? HourOfWeek.DayOf(hour, _timeZone) : HourOfWeek.IndexOf(hour, _timeZone);

    private int SlotOf(int at) => IsSparse ? HourOfWeek.OfDay(at + _first) : HourOfWeek.OfIndex(at + _first);

    private static ActivityHour HalfOfBoth(in ActivityHour one, in ActivityHour other)
    {
        var sum = one.Plus(other);
        return new ActivityHour(one.Hour, sum.Activity / 2, sum.Kg / 2)
        {
            Output = sum.Output / 2,
            ReportedKg = sum.ReportedKg / 2,
            PredictedKg = sum.PredictedKg / 2,
            UncertaintyKg = sum.UncertaintyKg / 2,
        };
    }
}
