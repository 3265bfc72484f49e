namespace Pylon.Orchestrator.Outcomes;

/// <summary>The value of a series in a half hour.</summary>
/// <param name="Id">Where it stands at Ingestion: series:time or series:region_id:time.</param>
/// <param name="Estimated">A forecast or synthetic.</param>
internal sealed record Signal(string Id, double Value, bool Estimated);

/// <summary>The values of the half hours of a span, by their starts; one that no source gives is missing.</summary>
internal sealed class SignalSeries(IReadOnlyDictionary<DateTimeOffset, Signal> values)
{
    private readonly IReadOnlyDictionary<DateTimeOffset, Signal> _values = values;

    public static SignalSeries Empty { get; } = new(new Dictionary<DateTimeOffset, Signal>());

    /// <summary>Two spans as one.</summary>
    public static SignalSeries Of(SignalSeries one, SignalSeries other) => new(one._values.Concat(other._values).DistinctBy(v => v.Key).ToDictionary());

    public Signal? At(DateTimeOffset time) => _values.GetValueOrDefault(Work.HalfHourOf(time));
}
