using Grpc.Net.Client.Balancer;
using Grpc.Net.Client.Configuration;
using Microsoft.Extensions.Logging;

namespace Pylon.Rpc;

/// <summary>Makes the balancers of channels to several addresses: calls take turns, and an address that refused a connection rests.</summary>
/// <remarks>
/// <c>round_robin</c> of Grpc.Net.Client takes an address for ready as long as one of its connections is open. A server that ends
/// closes its port and then serves what it has begun; until that is done each further call to it would fail (ADR 0046).
/// </remarks>
internal sealed class TurnsFactory(TimeProvider time) : LoadBalancerFactory
{
    private const string Policy = "pylon_turns";

    /// <summary>Names the policy in the service config of a channel.</summary>
    public static LoadBalancingConfig Config => new(Policy);

    public override string Name => Policy;

    public override LoadBalancer Create(LoadBalancerOptions options) => new TurnsBalancer(options.Controller, options.LoggerFactory, time);

    private sealed class TurnsBalancer(IChannelControlHelper controller, ILoggerFactory logs, TimeProvider time) : SubchannelsLoadBalancer(controller, logs)
    {
        protected override SubchannelPicker CreatePicker(IReadOnlyList<Subchannel> readySubchannels) =>
            new TurnsPicker([.. readySubchannels.Select(ready => new Turn(ready, time))]);
    }
}

/// <summary>Picks the next address that does not rest; when all of them do, the next one.</summary>
internal sealed class TurnsPicker(IReadOnlyList<Turn> turns) : SubchannelPicker
{
    private int _last = Random.Shared.Next(turns.Count);

    /// <inheritdoc/>
    public override PickResult Pick(PickContext context)
    {
        var turn = Next();
        for (var tried = 1; turn.IsResting && tried < turns.Count; tried++)
            turn = Next();
        return turn.Pick();
    }

    private Turn Next() => turns[(int)((uint)Interlocked.Increment(ref _last) % (uint)turns.Count)];
}

/// <summary>One address that has a connection, and what became of the calls that needed another one.</summary>
internal sealed class Turn(Subchannel subchannel, TimeProvider time) : ISubchannelCallTracker
{
    // For how long an address that refused a connection gets no call.
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private long _refused;

    public bool IsResting => Interlocked.Read(ref _refused) is not 0 and var refused && time.GetElapsedTime(refused) < Rest;

    public PickResult Pick() => PickResult.ForSubchannel(subchannel, this);

    /// <inheritdoc/>
    public void Start()
    {
    }

    /// <inheritdoc/>
    public void Complete(CompletionContext context)
    {
        if (context.Error is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError })
            Interlocked.Exchange(ref _refused, time.GetTimestamp());
    }
}
