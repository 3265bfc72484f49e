using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pylon.Ingestion.Clients;

/// <summary>Metrics of the requests to the sources: their outcomes and durations, and which circuits are open.</summary>
internal sealed class SourceMetrics
{
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _durations;
    private readonly ConcurrentDictionary<string, bool> _circuits = [];

    public SourceMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Pylon.Ingestion");
        _requests = meter.CreateCounter<long>("pylon.source.requests", "{request}", "Requests to a source, by outcome: http_<status>, not_modified, failed, not_sent");
        _durations = meter.CreateHistogram<double>("pylon.source.request.duration", "s", "One attempt of a request to a source");
        meter.CreateObservableGauge(
            "pylon.source.circuit.open", () => _circuits.Select(c => new Measurement<int>(c.Value ? 1 : 0, new KeyValuePair<string, object?>("source", c.Key))),
            null, "1 while no request is sent to a source because most of them failed");
    }

    public void Asked(string source, string outcome, TimeSpan duration)
    {
        _requests.Add(1, new TagList { { "source", source }, { "outcome", outcome } });
        if (duration > TimeSpan.Zero)
            _durations.Record(duration.TotalSeconds, new TagList { { "source", source } });
    }

    public void Circuit(string source, bool isOpen) => _circuits[source] = isOpen;
}
