using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Numerics;
using Microsoft.Extensions.Logging;

namespace Pylon.ServiceDefaults.Metrics;

/// <summary>Listens to the meters of <see cref="Telemetry.Meters"/> and keeps what /metrics shows.</summary>
internal sealed class MetricsRegistry : IDisposable
{
    private readonly ConcurrentDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();
    private readonly Lock _scraping = new();
    private readonly ILogger<MetricsRegistry> _log;

    public MetricsRegistry(ILogger<MetricsRegistry> log)
    {
        _log = log;
        _listener.InstrumentPublished = Subscribe;
        Measure<byte>();
        Measure<short>();
        Measure<int>();
        Measure<long>();
        Measure<float>();
        Measure<double>();
        Measure<decimal>();
        _listener.Start();
    }

    public string Scrape()
    {
        // Two scrapes at a time would forget what the other has just observed.
        lock (_scraping)
        {
            foreach (var family in _families.Values.Where(f => f.Observable)) family.Forget();
            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException exception)
            {
                _log.NotObserved(exception);
            }

            return PrometheusText.Write(_families.Values.OrderBy(f => f.Name, StringComparer.Ordinal).ToList());
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Subscribe(Instrument instrument, MeterListener meters)
    {
        if (!Telemetry.Meters.Any(name => Matches(name, instrument.Meter.Name))) return;
        var family = new Family(instrument);
        var shared = _families.GetOrAdd(family.Name, family);
        if (shared.Kind == family.Kind && shared.Observable == family.Observable) meters.EnableMeasurementEvents(instrument, shared);
        else _log.NameTaken(instrument.Meter.Name, instrument.Name, family.Name);
    }

    private void Measure<T>()
        where T : struct, INumber<T> =>
        _listener.SetMeasurementEventCallback<T>(static (instrument, value, tags, state) =>
        {
            var family = (Family)state!;
            family.Record(double.CreateSaturating(value), instrument.IsObservable || instrument is Gauge<T>, tags);
        });

    private static bool Matches(string pattern, string meter) =>
        pattern.EndsWith('*') ? meter.StartsWith(pattern[..^1], StringComparison.Ordinal) : meter == pattern;
}
