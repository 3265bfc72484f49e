using System.ComponentModel.DataAnnotations;

namespace Pylon.Beckn;

/// <summary>Who we are and whom we ask in the Beckn network. Section Bpp.</summary>
public sealed class BecknOptions
{
    /// <summary>BPP_BASE_URL: messages are posted to {BaseUrl}/discover and so on.</summary>
    [Required]
    public Uri BaseUrl { get; set; } = null!;

    /// <summary>BPP_ID: the provider platform, until its answer to DISCOVER says who it is.</summary>
    [Required]
    public string Id { get; set; } = "ev-charging.sandbox1.com";

    /// <summary>BAP_ID: our name in the network.</summary>
    [Required]
    public string BapId { get; set; } = "ev-charging.sandbox1.com";

    /// <summary>BAP_URI: callbacks are posted to {BapUri}/on_discover and so on.</summary>
    [Required]
    public Uri BapUri { get; set; } = null!;

    /// <summary>The longest that a provider may take to answer the HTTP request itself.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:02:00")]
    public TimeSpan HttpTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait for a callback after the ACK; also the ttl of our messages, in whole seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan CallbackTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a provider that keeps failing is left alone.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:10:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The least renewable share that DISCOVER asks for, in per cent.</summary>
    [Range(0, 100)]
    public double MinRenewableMix { get; set; } = 30;
}
