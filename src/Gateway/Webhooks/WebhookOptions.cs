using System.ComponentModel.DataAnnotations;

namespace Pylon.Gateway.Webhooks;

/// <summary>Settings <c>Webhooks:*</c> of <c>POST /beckn/on_*</c>.</summary>
internal sealed class WebhookOptions
{
    public const string Section = "Webhooks";

    /// <summary>A provider waits no longer for its ACK, reading its body included.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A catalogue may be long.</summary>
    [Range(1024, 4 * 1000 * 1000)]
    public int MaxBodyBytes { get; init; } = 1024 * 1024;
}
