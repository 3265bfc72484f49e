using System.ComponentModel.DataAnnotations;

namespace Pylon.Beckn;

/// <summary>Our BAP and the BPP that it asks. Section Bpp.</summary>
public sealed class BecknOptions
{
    /// <summary>The default of BPP_ID says that the provider is not known: answers of any are used.</summary>
    public const string UnknownId = "ev-charging.sandbox1.com";

    /// <summary>BPP_BASE_URL: messages are posted to {BaseUrl}/discover and so on.</summary>
    [Required]
    public Uri BaseUrl { get; set; } = null!;

    /// <summary>BPP_ID: the id of the provider platform until its answer to DISCOVER gives one; when it is not the default, an on_discover of another platform is refused.</summary>
    [Required]
    public string Id { get; set; } = UnknownId;

    /// <summary>BAP_ID: our id in the network.</summary>
    [Required]
    public string BapId { get; set; } = "ev-charging.sandbox1.com";

    /// <summary>BAP_URI: callbacks are posted to {BapUri}/on_discover and so on.</summary>
    [Required]
    public Uri BapUri { get; set; } = null!;

    /// <summary>How a provider is written to that has not answered yet: Snake (Beckn 2.0.0, bap_id) or Camel (2.0 LTS, bapId). Then as it writes itself.</summary>
    [EnumDataType(typeof(BecknSpelling))]
    public BecknSpelling Spelling { get; set; } = BecknSpelling.Snake;

    /// <summary>The longest wait for the HTTP response.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:02:00")]
    public TimeSpan HttpTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest wait for a callback after the ACK; also the ttl of our messages, in whole seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan CallbackTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an answer to a message of ours is used.</summary>
    public TimeSpan Ttl => TimeSpan.FromSeconds(Math.Ceiling(CallbackTimeout.TotalSeconds));

    /// <summary>How long the circuit stays open after most requests have failed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:10:00")]
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The lowest renewable mix that DISCOVER asks for, in per cent.</summary>
    [Range(0, 100)]
    public double MinRenewableMix { get; set; } = 30;
}
