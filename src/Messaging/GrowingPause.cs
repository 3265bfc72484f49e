namespace Pylon.Messaging;

/// <summary>The pauses of a reader during an outage: from 50 ms, twice as long after each failure, at most 2 s.</summary>
internal static class GrowingPause
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>The pause that follows this one; the first pause follows zero.</summary>
    public static TimeSpan After(TimeSpan pause) => TimeSpan.FromTicks(Math.Clamp(pause.Ticks * 2, First.Ticks, Longest.Ticks));
}
