using System.Diagnostics.Metrics;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Beckn;

/// <summary>Counts refused callbacks by reason: the field that is wrong, or the code of the signature; logs a few of them.</summary>
internal sealed class CallbackMetrics(IMeterFactory meters, TimeProvider time, ILogger<CallbackMetrics> logger) : IDisposable
{
    private const int LoggedPerMinute = 5;

    // Anybody who reaches the webhook can send callbacks that are refused.
    private readonly LogLimit _limit = new(LoggedPerMinute, logger.CallbacksRefused, time);
    private readonly Counter<long> _refused = meters.Create("Pylon.Orchestrator").CreateCounter<long>("pylon_beckn_callbacks_refused", null, "Callbacks refused with NACK, by the field that is wrong or the code of the signature");

    /// <param name="action">For example on_confirm.</param>
    /// <param name="refusal">The NACK.</param>
    public void Refused(string action, CallbackRefusal refusal)
    {
        _refused.Add(1, new KeyValuePair<string, object?>("reason", refusal.Label));
        if (_limit.Allows())
            logger.CallbackRefused(action, refusal.Reason);
    }

    public void Dispose() => _limit.Dispose();
}
