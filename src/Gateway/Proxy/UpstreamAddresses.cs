using Microsoft.Extensions.Options;
using Pylon.Rpc;

namespace Pylon.Gateway.Proxy;

/// <summary>
/// Where each upstream is: the value of its setting, an <c>http://host:port</c> (h2c), several with commas between, or one name of all
/// instances, <c>dns:///host:port</c>.
/// </summary>
internal sealed class UpstreamAddresses(IConfiguration configuration)
{
    public IReadOnlyList<Uri> Of(Upstream upstream)
    {
        var text = configuration[upstream.Setting] is { Length: > 0 } given ? given : upstream.DefaultAddress;
        var addresses = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return addresses is [var only] && IsName(only) || (addresses.Length > 0 && addresses.All(IsAddress))
            ? [.. addresses.Distinct(StringComparer.OrdinalIgnoreCase).Select(address => new Uri(address))]
            : throw new OptionsValidationException(upstream.Setting, typeof(UpstreamAddresses), [$"{upstream.Setting}={text}: must be gRPC addresses such as {upstream.DefaultAddress}, with commas between, or one name of all instances, dns:///host:port"]);
    }

    private static bool IsName(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && Names.Target(uri) is not null;

    private static bool IsAddress(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
        && uri.PathAndQuery == "/";
}
