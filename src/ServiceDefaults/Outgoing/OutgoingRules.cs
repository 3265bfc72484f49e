using System.Net;
using System.Net.Sockets;
using Microsoft.Security.AntiSSRF;

namespace Pylon.ServiceDefaults.Outgoing;

/// <summary>Says whether an address outside Pylon may be called. Pure.</summary>
/// <param name="isProduction">Then only with TLS, and only the hosts that are named.</param>
/// <param name="hosts">The hosts that settings name.</param>
/// <param name="networks">The private networks that may be called.</param>
internal sealed class OutgoingRules(bool isProduction, IReadOnlySet<string> hosts, IReadOnlyList<IPNetwork> networks)
{
    private static readonly IReadOnlyList<IPNetwork> Special = [.. IPAddressRanges.recommendedLatest.Select(range => IPNetwork.Parse(range))];
    private static readonly IReadOnlyList<IPNetwork> Loopback = [.. IPAddressRanges.loopback.Select(range => IPNetwork.Parse(range))];

    // All addresses of IPv6 that anybody has been given; the rest wraps other addresses or has no meaning.
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    private readonly IReadOnlyList<IPNetwork> _own = isProduction ? networks : [.. networks, .. Loopback];

    /// <summary>Why a request may not be made, before its host is looked up; null when it may.</summary>
    /// <param name="address">The absolute URL.</param>
    /// <param name="isProxied">A proxy looks the host up and connects: what can be said is said here.</param>
    public string? Refusal(Uri address, bool isProxied)
    {
        if (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp)
            return $"{address.Scheme} is not http or https";
        if (isProduction && !hosts.Contains(address.IdnHost))
            return $"{address.IdnHost} is not among the hosts of the settings and of Outgoing__Hosts";
        if (!isProxied)
            return null;
        if (isProduction && address.Scheme == Uri.UriSchemeHttp)
            return "https is required";
        return IPAddress.TryParse(address.IdnHost, out var literal) ? Refusal(address, literal) : null;
    }

    /// <summary>Why the request may not go to this address of its host; null when it may.</summary>
    public string? Refusal(Uri address, IPAddress target)
    {
        var real = target.IsIPv4MappedToIPv6 ? target.MapToIPv4() : target;
        if (_own.Any(network => network.Contains(real)))
            return null;
        if (Special.Any(network => network.Contains(real)) || (real.AddressFamily == AddressFamily.InterNetworkV6 && !Global6.Contains(real)))
            return $"{real} is private or reserved and in no network of Outgoing__Networks";
        return isProduction && address.Scheme == Uri.UriSchemeHttp ? "https is required" : null;
    }
}
