using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Insights.Engines;

namespace Pylon.Insights.Tests.Engines;

/// <summary>The clients of the engines as the service makes them, without the service.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentBag<(string Instrument, string Tags)> _counted = [];

    public EngineHost(TimeProvider? time = null, params (string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))).Build();
        _services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(time ?? TimeProvider.System)
            .AddLogging()
            .AddMetrics()
            .AddEngines()
            .BuildServiceProvider();
        var meters = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => _counted.Add((instrument.Name, string.Join(",", tags.ToArray().Select(tag => tag.Value)))));
        _listener.Start();
    }

    public MlEngine Ml => _services.GetRequiredService<MlEngine>();

    public RagEngine Rag => _services.GetRequiredService<RagEngine>();

    /// <summary>The tags of what an instrument counted, for example "ml,not_json".</summary>
    public IReadOnlyList<string> Counted(string instrument) => [.. _counted.Where(each => each.Instrument == instrument).Select(each => each.Tags)];

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _services.DisposeAsync();
    }
}
