namespace Pylon.Orchestrator.Outcomes;

/// <summary>Energy that was taken evenly over a time.</summary>
/// <param name="Start">Of the time.</param>
/// <param name="End">Not before the start.</param>
internal sealed record Work(string Phase, DateTimeOffset Start, DateTimeOffset End, double Kwh)
{
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    /// <summary>The half hour that a time is in.</summary>
    public static DateTimeOffset HalfHourOf(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % HalfHour.Ticks), TimeSpan.Zero);

    /// <summary>Its parts in each half hour, in the order of time. Work without a length is in the half hour of its start.</summary>
    public IEnumerable<Work> ByHalfHour()
    {
        for (var start = Start; start == Start || start < End;)
        {
            var next = HalfHourOf(start) + HalfHour;
            var end = next < End ? next : End;
            yield return this with { Start = start, End = end, Kwh = End > Start ? Kwh * ((end - start) / (End - Start)) : Kwh };
            start = next;
        }
    }

    public Work Shifted(TimeSpan by) => this with { Start = Start + by, End = End + by };
}
