using System.ComponentModel.DataAnnotations;

namespace Pylon.Signing;

/// <summary>How a registry is asked for the public key of a signer.</summary>
public enum RegistryForm
{
    /// <summary><c>POST {url}/lookup</c>.</summary>
    V1,

    /// <summary><c>POST {url}/v2.0/lookup</c>, signed with our own key.</summary>
    V2,

    /// <summary><c>GET {url}/lookup/{subscriber_id}/subscribers.beckn.one/{key_id}</c>.</summary>
    Dedi,
}

/// <summary>The registry of the network. With one, a callback counts only with a good signature. Section BecknRegistry.</summary>
public sealed class RegistryOptions
{
    public const string Section = "BecknRegistry";

    /// <summary>BECKN_REGISTRY_URL: the base address. Not set: callbacks are not verified, and the Orchestrator warns at its start.</summary>
    public Uri? Url { get; set; }

    /// <summary>BECKN_REGISTRY_FORM: V1 (POST lookup), V2 (POST v2.0/lookup, signed) or Dedi (GET lookup/…).</summary>
    [EnumDataType(typeof(RegistryForm))]
    public RegistryForm Form { get; set; } = RegistryForm.V1;

    /// <summary>The ids of networks, separated by commas: of a DeDi registry, a signer must be a member of one of them. Empty: any.</summary>
    public string Networks { get; set; } = "";

    /// <summary>The longest wait for an answer of the registry.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:30")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a key is used without asking again; a DeDi record with a ttl says it itself. When the registry is away, a key is used for an hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeyAge { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>By how much the clock of a signer may be ahead of ours.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(5);
}
