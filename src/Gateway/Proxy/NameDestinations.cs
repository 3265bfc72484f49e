using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Primitives;
using Pylon.Rpc;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.ServiceDiscovery;

namespace Pylon.Gateway.Proxy;

/// <summary>
/// The instances behind a name (<see cref="Names"/>) as destinations of YARP, each of its addresses one. While the name cannot be looked up,
/// the last ones stay.
/// </summary>
internal sealed class NameDestinations(NameLookUp lookUp, TimeProvider time) : IDestinationResolver
{
    private const string Mark = "name";

    private readonly ConcurrentDictionary<string, IReadOnlyList<IPAddress>> _known = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>A destination that stands for all instances of a name.</summary>
    public static DestinationConfig Of(Uri target) =>
        new() { Address = target.ToString(), Metadata = new Dictionary<string, string>(StringComparer.Ordinal) { [Mark] = target.Host } };

    public async ValueTask<ResolvedDestinationCollection> ResolveDestinationsAsync(
        IReadOnlyDictionary<string, DestinationConfig> destinations, CancellationToken cancellationToken)
    {
        if (!destinations.Values.Any(IsName))
            return new(destinations, null);
        var instances = new Dictionary<string, DestinationConfig>(StringComparer.OrdinalIgnoreCase);
        var period = Names.Refresh;
        foreach (var (id, destination) in destinations)
        {
            if (!IsName(destination))
            {
                instances[id] = destination;
                continue;
            }

            var target = new Uri(destination.Address);
            var found = await lookUp.FindAsync(target.Host, cancellationToken);
            if (found.Count > 0)
                _known[target.Host] = found;
            else
                period = Names.Retry;
            foreach (var address in _known.GetValueOrDefault(target.Host, []))
            {
                var instance = new IPEndPoint(address, target.Port).ToString();
                instances[instance] = new DestinationConfig { Address = $"http://{instance}/" };
            }
        }

        // When it is over, YARP asks again.
        return new(instances, new CancellationChangeToken(new CancellationTokenSource(period, time).Token));
    }

    private static bool IsName(DestinationConfig destination) => destination.Metadata?.ContainsKey(Mark) == true;
}
