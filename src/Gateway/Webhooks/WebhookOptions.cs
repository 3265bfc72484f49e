using System.ComponentModel.DataAnnotations;

namespace Pylon.Gateway.Webhooks;

/// <summary>Settings <c>Webhooks:*</c> of <c>POST /beckn/on_*</c>.</summary>
internal sealed class WebhookOptions
{
    public const string Section = "Webhooks";

    /// <summary>How long a provider waits for its ACK, including the time to send its body.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Limit of a callback body; on_discover carries a whole catalogue.</summary>
    [Range(1024, 4 * 1000 * 1000)]
    public int MaxBodyBytes { get; init; } = 1024 * 1024;
}
