namespace Pylon.Rpc;

/// <summary>Where a service is found: the value of one setting, for example PYLON_INGESTION.</summary>
internal sealed class RpcPeer
{
    public string Address { get; set; } = "";

    public static bool IsValid(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
}
