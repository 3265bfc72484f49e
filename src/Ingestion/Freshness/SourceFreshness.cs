using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Pylon.Ingestion.Clients;

namespace Pylon.Ingestion.Freshness;

/// <summary>When each source was last read, as this process knows it, and its metric.</summary>
internal sealed class SourceFreshness
{
    private readonly SourcesOptions _options;
    private readonly TimeProvider _time;
    private volatile IReadOnlyDictionary<string, SourceAge> _ages = new Dictionary<string, SourceAge>();

    public SourceFreshness(IMeterFactory meters, IOptions<SourcesOptions> options, TimeProvider time)
    {
        (_options, _time) = (options.Value, time);
        meters.Create("Pylon.Ingestion").CreateObservableGauge(
            "pylon.source.age", () => _ages.Values.Select(a => new Measurement<double>((_time.GetUtcNow() - a.Since).TotalSeconds, new KeyValuePair<string, object?>("source", a.Source))),
            "s", "Time since a source was last read with success, or since it is known when it never was");
    }

    /// <summary>A source that was last read before this moment is stale.</summary>
    public DateTimeOffset Limit => _time.GetUtcNow() - _options.StaleAfter;

    /// <summary>True for a source that has not been read for longer than its limit; imported and synthetic values have none.</summary>
    public bool IsStale(string source) => _ages.TryGetValue(source, out var age) && age.Since < Limit;

    public void Update(IReadOnlyList<SourceAge> ages) => _ages = ages.ToDictionary(a => a.Source);
}

/// <summary>A row of source_freshness.</summary>
/// <param name="Source">For example carbon-intensity.</param>
/// <param name="FreshAt">When it was last read with success.</param>
/// <param name="KnownSince">When it was registered.</param>
/// <param name="IsAlerted">The alert has been sent.</param>
internal sealed record SourceAge(string Source, DateTimeOffset? FreshAt, DateTimeOffset KnownSince, bool IsAlerted)
{
    public DateTimeOffset Since => FreshAt ?? KnownSince;
}
