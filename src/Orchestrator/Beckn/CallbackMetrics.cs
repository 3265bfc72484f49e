using System.Diagnostics.Metrics;

namespace Pylon.Orchestrator.Beckn;

/// <summary>Counts refused callbacks by reason: the field that is wrong, one of a dozen.</summary>
internal sealed class CallbackMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _refused = meters.Create("Pylon.Orchestrator").CreateCounter<long>("pylon_beckn_callbacks_refused", null, "Callbacks refused with NACK, by the field that is wrong");

    /// <param name="refusal">Begins with the field and a colon.</param>
    public void Refused(string refusal) =>
        _refused.Add(1, new KeyValuePair<string, object?>("reason", refusal[..refusal.IndexOf(':')].Replace("context.", "", StringComparison.Ordinal)));
}
