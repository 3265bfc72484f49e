namespace Pylon.Insights.Webhooks;

/// <summary>The pause before the next attempt.</summary>
internal static class Backoff
{
    /// <param name="attempt">The attempt that failed, from 1.</param>
    /// <param name="options">The first pause, which doubles, and the longest.</param>
    /// <param name="asked">What the receiver asks for, which counts when it is longer.</param>
    /// <param name="jitter">0 to 1; the pause is between half of the exponential one and all of it.</param>
    public static TimeSpan After(int attempt, WebhookOptions options, TimeSpan? asked, double jitter)
    {
        var exponential = options.RetryDelay.TotalSeconds * Math.Pow(2, Math.Min(attempt - 1, 30)) * (0.5 + jitter / 2);
        return TimeSpan.FromSeconds(Math.Min(Math.Max(exponential, asked?.TotalSeconds ?? 0), options.MaxRetryDelay.TotalSeconds));
    }
}
