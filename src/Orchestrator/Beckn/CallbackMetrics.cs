using System.Diagnostics.Metrics;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Beckn;

/// <summary>Counts refused callbacks by reason, which is the field that is wrong, one of a dozen; logs a few of them.</summary>
internal sealed class CallbackMetrics(IMeterFactory meters, TimeProvider time, ILogger<CallbackMetrics> logger) : IDisposable
{
    private const int LoggedPerMinute = 5;

    // Anybody who reaches the webhook can send callbacks that are refused.
    private readonly LogLimit _limit = new(LoggedPerMinute, logger.CallbacksRefused, time);
    private readonly Counter<long> _refused = meters.Create("Pylon.Orchestrator").CreateCounter<long>("pylon_beckn_callbacks_refused", null, "Callbacks refused with NACK, by the field that is wrong");

    /// <param name="action">For example on_confirm.</param>
    /// <param name="refusal">Begins with the field and a colon.</param>
    public void Refused(string action, string refusal)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("reason", refusal[..refusal.IndexOf(':')].Replace("context.", "", StringComparison.Ordinal)));
        if (_limit.Allows())
            logger.CallbackRefused(action, refusal);
    }

    public void Dispose() => _limit.Dispose();
}
