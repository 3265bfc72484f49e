namespace Pylon.Insights.Webhooks;

/// <summary>What came of an attempt.</summary>
/// <param name="HttpStatus">Of the answer; null without one.</param>
/// <param name="Failure">Why it failed; null when the receiver took it.</param>
/// <param name="RetryAfter">What the receiver asks for; null when it does not.</param>
internal sealed record WebhookAnswer(int? HttpStatus, string? Failure, TimeSpan? RetryAfter = null)
{
    /// <summary>Nothing was sent, because the circuit is open.</summary>
    public static readonly WebhookAnswer NotTried = new(null, "not tried: most of the last attempts failed");

    /// <summary>Nothing was sent, because no attempt came to its end.</summary>
    public static readonly WebhookAnswer NeverEnded = new(null, "no attempt ended");

    public bool IsTaken => Failure is null;
}
