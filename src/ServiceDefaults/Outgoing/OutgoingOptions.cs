using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Pylon.ServiceDefaults.Outgoing;

/// <summary>Which addresses outside Pylon may be called. Section Outgoing.</summary>
public sealed class OutgoingOptions : IValidatableObject
{
    public const string Section = "Outgoing";

    /// <summary>Hosts that may be called in production beside those that the settings name, separated by commas, for example <c>bpp.example,registry.example</c>.</summary>
    public string Hosts { get; set; } = "";

    /// <summary>
    /// Private networks that may be called, separated by commas, for example <c>10.20.0.0/16,127.0.0.0/8</c>: there also without TLS. All other
    /// private, loopback, link-local and reserved addresses are refused. Outside production loopback is always allowed.
    /// </summary>
    public string Networks { get; set; } = "";

    internal IReadOnlySet<string> AllHosts() => Parts(Hosts).ToHashSet(StringComparer.OrdinalIgnoreCase);

    internal IReadOnlyList<IPNetwork> AllNetworks() => [.. Parts(Networks).Select(one => IPNetwork.Parse(one))];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
    [
        .. Parts(Hosts).Where(one => Uri.CheckHostName(one) == UriHostNameType.Unknown)
            .Select(one => new ValidationResult($"\"{one}\" must be the name of a host, for example bpp.example", [nameof(Hosts)])),
        .. Parts(Networks).Where(one => !IPNetwork.TryParse(one, out _))
            .Select(one => new ValidationResult($"\"{one}\" must be a network, for example 10.20.0.0/16", [nameof(Networks)])),
    ];

    private static string[] Parts(string text) => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
