using System.Net;
using System.Net.Sockets;
using Pylon.Access;

namespace Pylon.Gateway.Limits;

/// <summary>Whose requests are counted together.</summary>
internal static class CallerKey
{
    private const int SiteBytes = 8;

    /// <summary>The id of the key that was found good; null without one. Never what a header says: a caller could invent keys without end.</summary>
    public static string? Of(HttpContext context) => context.Features.Get<Caller>() is { } caller && caller != Caller.Open ? caller.Id : null;

    /// <summary>The key, or the address without one.</summary>
    public static string OrAddressOf(HttpContext context) => Of(context) is { } id ? $"key:{id}" : AddressOf(context);

    /// <summary>The address; of IPv6 the network of its site, because whoever has one address there has 2^64.</summary>
    public static string AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"address:{Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, SiteBytes))}"
            : $"address:{address}";
    }
}
