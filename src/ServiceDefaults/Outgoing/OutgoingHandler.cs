using System.Net;
using System.Net.Sockets;

namespace Pylon.ServiceDefaults.Outgoing;

/// <summary>Looks a host up.</summary>
public delegate Task<IPAddress[]> HostLookup(string host, CancellationToken cancellationToken);

/// <summary>
/// The last handler of every client that calls outside Pylon. A host is looked up once for a connection, and the very addresses that
/// were checked are connected to: an answer that changes afterwards changes nothing. No redirection is followed.
/// </summary>
internal sealed class OutgoingHandler : DelegatingHandler
{
    private readonly OutgoingRules _rules;
    private readonly HostLookup _lookup;
    private readonly IWebProxy? _proxy;

    public OutgoingHandler(SocketsHttpHandler inner, OutgoingRules rules, HostLookup lookup)
        : base(inner)
    {
        (_rules, _lookup) = (rules, lookup);
        inner.AllowAutoRedirect = false;
        inner.ConnectCallback = ConnectAsync;
        _proxy = inner.UseProxy ? inner.Proxy ?? HttpClient.DefaultProxy : null;
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _rules.Refusal(request.RequestUri!, IsProxied(request.RequestUri!)) is { } refusal
            ? Task.FromException<HttpResponseMessage>(Refused(request.RequestUri!, refusal))
            : base.SendAsync(request, cancellationToken);

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var request = context.InitialRequestMessage.RequestUri!;
        var addresses = await _lookup(context.DnsEndPoint.Host, cancellationToken);
        // Of a proxy the operator gives the address, and it connects to the host itself.
        if (!IsProxied(request))
        {
            var refusals = addresses.Select(one => _rules.Refusal(request, one)).ToList();
            if (refusals.Count > 0 && refusals.TrueForAll(one => one is not null))
                throw Refused(request, refusals[0]!);
            addresses = [.. addresses.Where((_, i) => refusals[i] is null)];
        }

        if (addresses.Length == 0)
            throw new SocketException((int)SocketError.HostNotFound);
        for (var next = 0; ; next++)
        {
            var socket = new Socket(addresses[next].AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(addresses[next], context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e)
            {
                socket.Dispose();
                if (e is not SocketException || next == addresses.Length - 1)
                    throw;
            }
        }
    }

    private bool IsProxied(Uri address) => _proxy is not null && !_proxy.IsBypassed(address) && _proxy.GetProxy(address) is { } proxy && proxy != address;

    // Without the path, which may hold a secret.
    private static HttpRequestException Refused(Uri address, string refusal) =>
        new($"{address.GetLeftPart(UriPartial.Authority).Replace(address.UserInfo + "@", "", StringComparison.Ordinal)} is not called: {refusal}.");
}
