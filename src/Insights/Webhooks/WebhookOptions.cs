using System.ComponentModel.DataAnnotations;

namespace Pylon.Insights.Webhooks;

/// <summary>The receiver of alerts, and how they are sent to it. Section Webhook.</summary>
internal sealed class WebhookOptions
{
    /// <summary>Where alerts are posted, an http or https URL; nobody is told while it is unset.</summary>
    public Uri? Url { get; set; }

    /// <summary>What the requests are signed with: whsec_ and the base64 of 24 to 64 random bytes. Required with a URL.</summary>
    public string? Secret { get; set; }

    /// <summary>How long the receiver may take for its answer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:30")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Attempts before a notice is dead: with the default pauses in one to two days.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 16;

    /// <summary>The pause after the first failed attempt; it doubles with each, with jitter.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest pause between attempts.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "1.00:00:00")]
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromHours(12);

    /// <summary>How many notices one instance sends at once.</summary>
    [Range(1, 64)]
    public int MaxInFlight { get; set; } = 4;

    /// <summary>When another instance may send a notice whose sender died; longer than the timeout.</summary>
    [Range(typeof(TimeSpan), "00:00:00.2", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The notices are also read so often, in case a notification is lost, and for those that are tried again.</summary>
    [Range(typeof(TimeSpan), "00:00:00.05", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>When most of the last attempts failed, nothing is sent for so long.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "01:00:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(30);
}
