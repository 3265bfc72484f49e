using System.Diagnostics.Metrics;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Pylon.Transcoding.Problems;

namespace Pylon.Gateway.Metrics;

/// <summary>Meter <c>Pylon.Gateway</c>.</summary>
internal sealed class GatewayMetrics
{
    public const string MeterName = "Pylon.Gateway";

    private readonly Counter<long> _calls;
    private readonly UpDownCounter<long> _subscribers;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _broadcast;
    private readonly Counter<long> _unsigned;
    private readonly Counter<long> _limited;

    public GatewayMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _calls = meter.CreateCounter<long>("pylon.gateway.calls", "{call}", "Calls through the REST API, by rpc and gRPC code.");
        _subscribers = meter.CreateUpDownCounter<long>("pylon.gateway.subscribers", "{subscriber}", "Open broadcast streams.");
        _dropped = meter.CreateCounter<long>("pylon.gateway.subscribers_dropped", "{subscriber}", "Subscribers that read too slowly.");
        _broadcast = meter.CreateCounter<long>("pylon.gateway.events", "{event}", "Events taken from the stream, by topic.");
        _unsigned = meter.CreateCounter<long>("pylon.gateway.callbacks_refused", "{callback}", "Callbacks refused before their body was read, by the code of the signature.");
        _limited = meter.CreateCounter<long>("pylon.gateway.rate_limited", "{request}", "Requests refused because their caller makes too many.");
    }

    public void Called(MethodDescriptor rpc, StatusCode code) => _calls.Add(1, new("rpc", rpc.FullName), new("code", StatusMap.Name(code)));

    public void Subscribed(int change) => _subscribers.Add(change);

    public void Dropped() => _dropped.Add(1);

    public void CallbackRefused(string code) => _unsigned.Add(1, new KeyValuePair<string, object?>("code", code));

    public void Limited() => _limited.Add(1);

    public void Broadcast(string topic) => _broadcast.Add(1, new KeyValuePair<string, object?>("topic", topic));
}
