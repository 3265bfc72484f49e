using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Pylon.Gateway.Edge;

/// <summary>Settings <c>Edge:*</c>: what stands before the Gateway.</summary>
internal sealed class EdgeOptions : IValidatableObject
{
    public const string Section = "Edge";

    /// <summary>
    /// PYLON_TRUSTED_PROXIES: addresses and networks of the proxies before the Gateway, separated by commas, for example
    /// <c>127.0.0.1,10.0.0.0/8</c>. Only from them X-Forwarded-For and X-Forwarded-Proto are believed. None when empty.
    /// </summary>
    public string TrustedProxies { get; init; } = "";

    /// <summary>For how long a browser that came by https may not come by http. Sent with TLS only.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "730.00:00:00")]
    public TimeSpan StrictTransport { get; init; } = TimeSpan.FromDays(365);

    internal IReadOnlyList<IPNetwork> Proxies() => [.. Parts().Select(one => NetworkOf(one)!.Value)];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from one in Parts()
        where NetworkOf(one) is null
        select new ValidationResult($"\"{one}\" must be an IP address or a network, for example 10.0.0.0/8", [nameof(TrustedProxies)]);

    private string[] Parts() => TrustedProxies.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static IPNetwork? NetworkOf(string text) =>
        IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
        : IPNetwork.TryParse(text, out var network) ? network
        : null;
}
