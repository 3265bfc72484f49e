using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Planning.Capacity;

/// <summary>Jobs over the steps that they may use between them. Steps count from the first of these.</summary>
internal sealed class CapacityProblem
{
    private readonly PlanSeries _series;
    private readonly Int128 _scale;

    public CapacityProblem(PlanSeries series, IReadOnlyList<CapacityJob> jobs, int capacity)
    {
        (_series, Jobs, Capacity) = (series, jobs, capacity);
        Begin = jobs.Min(job => job.Window.Arrival);
        Length = jobs.Max(End) - Begin;
        _scale = ((Int128)Length * jobs.Sum(job => (long)job.Window.Duration)) + 1;
    }

    public IReadOnlyList<CapacityJob> Jobs { get; }

    /// <summary>Jobs that may run in the same step.</summary>
    public int Capacity { get; }

    public int Begin { get; }

    public int Length { get; }

    public int First(int job) => Jobs[job].Window.Arrival - Begin;

    public int Last(int job) => End(Jobs[job]) - Begin - 1;

    public int Duration(int job) => Jobs[job].Window.Duration;

    public Int128 Cost(int job, int step) => (Int128)Jobs[job].Weight * _series.Values[Begin + step];

    /// <summary>The cost, and behind it the step: the sum of all steps never weighs as much as the smallest cost.</summary>
    public Int128 ScaledCost(int job, int step) => (Cost(job, step) * _scale) + step;

    /// <summary>Of all steps of a job that is not interrupted.</summary>
    public Int128 CostFrom(int job, int start) => (Int128)Jobs[job].Weight * _series.Sum(Begin + start, Begin + start + Duration(job));

    public IUnitFlow Flow()
    {
        var most = Int128.Zero;
        for (var job = 0; job < Jobs.Count; job++)
        {
            for (var step = First(job); step <= Last(job); step++)
                most = Int128.Max(most, Int128.Abs(ScaledCost(job, step)));
        }

        // A path visits each job and step once at most, and a potential is a difference of two.
        return most < long.MaxValue / (4 * (Jobs.Count + Length)) ? new UnitFlow<long>(this) : new UnitFlow<Int128>(this);
    }

    public CapacityProblem With(int capacity) => new(_series, Jobs, capacity);

    private int End(CapacityJob job) => (int)Math.Min(_series.Count, (long)job.Window.Arrival + job.Window.Duration + job.Window.Slack);
}
