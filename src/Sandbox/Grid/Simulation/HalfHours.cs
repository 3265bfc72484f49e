namespace Pylon.Sandbox.Grid.Simulation;

/// <summary>The half hours of grid data, from :00 or :30 in UTC.</summary>
internal static class HalfHours
{
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(30);

    public static DateTimeOffset Containing(DateTimeOffset moment) =>
        new(moment.UtcTicks - (moment.UtcTicks % Length.Ticks), TimeSpan.Zero);

    /// <summary>The last complete half hour.</summary>
    public static DateTimeOffset Complete(DateTimeOffset now) => Containing(now) - Length;

    public static IEnumerable<DateTimeOffset> From(DateTimeOffset first, int count) =>
        Enumerable.Range(0, count).Select(i => first + (i * Length));

    /// <summary>Those that end in the range, both ends included: the first may begin before <paramref name="from"/>.</summary>
    public static IEnumerable<DateTimeOffset> EndingIn(DateTimeOffset from, DateTimeOffset to)
    {
        var first = Containing(from - TimeSpan.FromTicks(1));
        for (var start = first; start + Length <= to; start += Length)
            yield return start;
    }

    public static long Number(DateTimeOffset window) => window.UtcTicks / Length.Ticks;
}
