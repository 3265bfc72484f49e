using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pylon.Insights.Engines;

/// <summary>Metrics of the calls to the external engines.</summary>
internal sealed class EngineMetrics
{
    private readonly Counter<long> _calls;
    private readonly Counter<long> _refused;
    private readonly ConcurrentDictionary<string, bool> _circuits = [];
    private readonly ConcurrentDictionary<string, bool> _healthy = [];

    public EngineMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Pylon.Insights");
        _calls = meter.CreateCounter<long>("pylon.engine.calls", "{call}", "Calls to an external engine, by outcome: answered, not_sent, timeout, unreachable, http_<status> and so on");
        _refused = meter.CreateCounter<long>("pylon.engine.refused", "{answer}", "Answers of an external engine, or parts of them, that are not used, by reason");
        meter.CreateObservableGauge("pylon.engine.circuit.open", () => Each(_circuits), null, "1 while no call is made to an external engine because its last calls failed");
        meter.CreateObservableGauge("pylon.engine.healthy", () => Each(_healthy), null, "0 while the health check of an external engine fails");
    }

    /// <summary>From now on the gauges show this engine.</summary>
    public void Engine(string engine)
    {
        _circuits[engine] = false;
        _healthy[engine] = true;
    }

    public void Called(string engine, EngineReply reply) =>
        _calls.Add(1, new TagList { { "engine", engine }, { "outcome", reply is EngineReply.Failure failure ? failure.Word : "answered" } });

    public void Refused(string engine, string reason) => _refused.Add(1, new TagList { { "engine", engine }, { "reason", reason } });

    public void Circuit(string engine, bool isOpen) => _circuits[engine] = isOpen;

    public void Health(string engine, bool isHealthy) => _healthy[engine] = isHealthy;

    private static IEnumerable<Measurement<int>> Each(ConcurrentDictionary<string, bool> states) =>
        states.Select(state => new Measurement<int>(state.Value ? 1 : 0, KeyValuePair.Create<string, object?>("engine", state.Key)));
}
