namespace Pylon.Orchestrator.Queue;

/// <summary>The pause before the next attempt: exponential, bounded, with jitter, so that what failed together is not retried together.</summary>
internal static class Backoff
{
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="first">The pause after the first; it doubles with each.</param>
    /// <param name="longest">The bound.</param>
    /// <param name="jitter">0 to 1; the pause is between half of the exponential one and all of it.</param>
    public static TimeSpan After(int attempt, TimeSpan first, TimeSpan longest, double jitter)
    {
        // In seconds: as a TimeSpan, an hour doubled often enough overflows.
        var exponential = first.TotalSeconds * Math.Pow(2, Math.Min(attempt - 1, 30));
        return TimeSpan.FromSeconds(Math.Min(exponential, longest.TotalSeconds) * (0.5 + jitter / 2));
    }
}
