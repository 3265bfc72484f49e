using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Net.Client.Balancer;
using Microsoft.Extensions.Logging;

namespace Pylon.Rpc;

/// <summary>Looks a host up; <see cref="Dns.GetHostAddressesAsync(string, CancellationToken)"/> but in tests.</summary>
internal delegate Task<IPAddress[]> NameLookUp(string host, CancellationToken cancellationToken);

/// <summary>
/// Addresses such as <c>dns:///orchestrator:5102</c>: a name that stands for every instance of a service. It is looked up again and again, so
/// that a new instance gets calls and one that is gone gets none.
/// </summary>
internal static class Names
{
    /// <summary>How long the addresses of a name are used before it is looked up again.</summary>
    public static readonly TimeSpan Refresh = TimeSpan.FromSeconds(10);

    /// <summary>After how long a name is looked up again that had no address, or one of whose addresses failed.</summary>
    public static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    private const string Scheme = "dns";
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    /// <summary>True for an address that is a name. There is no TLS to it: services are reached by one another alone.</summary>
    public static bool IsName(this Uri address) => address.Scheme == Scheme;

    /// <summary>The host and the port of such an address as <c>http://host:port</c>; null when it has another form.</summary>
    public static Uri? Target(Uri address) =>
        address is { Scheme: Scheme, Host: "" } && Uri.TryCreate("http://" + address.AbsolutePath.TrimStart('/'), UriKind.Absolute, out var target)
        && target.PathAndQuery == "/" && !address.AbsolutePath.TrimStart('/').Contains('/') && address.AbsolutePath.EndsWith($":{target.Port}", StringComparison.Ordinal)
            ? target
            : null;

    /// <summary>The addresses of a host; none when it cannot be looked up within five seconds.</summary>
    public static async Task<IReadOnlyList<IPAddress>> FindAsync(this NameLookUp lookUp, string host, CancellationToken cancellationToken)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Bound);
        try
        {
            return await lookUp(host, bound.Token);
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return [];
        }
    }
}

/// <summary>Makes the resolvers of channels to names; takes the place of the library's own for <c>dns</c> (ADR 0044).</summary>
internal sealed class NameResolverFactory(NameLookUp lookUp, TimeProvider time) : ResolverFactory
{
    public override string Name => "dns";

    public override Resolver Create(ResolverOptions options) => new NameResolver(Names.Target(options.Address)!, lookUp, time, options.LoggerFactory);
}

/// <summary>Tells a channel the addresses of a name. While it cannot be looked up, the last ones stay.</summary>
internal sealed class NameResolver : PollingResolver
{
    private readonly Uri _target;
    private readonly NameLookUp _lookUp;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private long? _last;
    private bool _isKnown;

    public NameResolver(Uri target, NameLookUp lookUp, TimeProvider time, ILoggerFactory logs)
        : base(logs)
    {
        (_target, _lookUp, _time) = (target, lookUp, time);
        _timer = time.CreateTimer(_ => RefreshIfOpen(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    protected override async Task ResolveAsync(CancellationToken cancellationToken)
    {
        // The channel asks after each failure of a connection.
        if (_last is { } last && Names.Retry - _time.GetElapsedTime(last) is var pause && pause > TimeSpan.Zero)
            await Task.Delay(pause, _time, cancellationToken);
        _last = _time.GetTimestamp();
        var found = await _lookUp.FindAsync(_target.Host, cancellationToken);
        if (found.Count > 0)
            Listener(ResolverResult.ForResult([.. found.Select(address => new BalancerAddress(address.ToString(), _target.Port))]));
        else if (!_isKnown)
            Listener(ResolverResult.ForFailure(new Status(StatusCode.Unavailable, $"{_target.Host} has no address.")));
        _isKnown |= found.Count > 0;
        _timer.Change(found.Count > 0 ? Names.Refresh : Names.Retry, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        _timer.Dispose();
        base.Dispose(disposing);
    }

    private void RefreshIfOpen()
    {
        try
        {
            Refresh();
        }
        catch (ObjectDisposedException)
        {
            // The channel was closed meanwhile.
        }
    }
}
