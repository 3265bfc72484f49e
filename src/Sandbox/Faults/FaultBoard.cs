using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Faults;

/// <summary>The active faults of one simulated system.</summary>
internal sealed class FaultBoard
{
    private const int MostFaults = 10_000;
    private readonly Lock _gate = new();
    private readonly List<Fault> _faults = [];
    private int _lastId;

    public Fault Add(Fault fault)
    {
        lock (_gate)
        {
            if (_faults.Count >= MostFaults)
                throw new BadInputException("kind", $"the board holds {MostFaults} faults, which is its limit; delete some first");
            fault = fault with { Id = ++_lastId };
            _faults.Add(fault);
            return fault;
        }
    }

    public IReadOnlyList<Fault> List()
    {
        lock (_gate)
            return [.. _faults];
    }

    public void Clear()
    {
        lock (_gate)
            _faults.Clear();
    }

    public bool Remove(int id)
    {
        lock (_gate)
            return _faults.RemoveAll(f => f.Id == id) > 0;
    }

    /// <summary>
    /// Takes the oldest matching fault of each kind and counts the hit. A kind that does not apply to the request (a lost
    /// callback, when the answer is in the response) stays for a later one.
    /// </summary>
    public IReadOnlyDictionary<string, Fault> Take(string action, string body, Func<string, bool> fits)
    {
        lock (_gate)
        {
            var taken = new Dictionary<string, Fault>(StringComparer.Ordinal);
            for (var i = 0; i < _faults.Count; i++)
            {
                var fault = _faults[i];
                if (taken.ContainsKey(fault.Kind) || !IsMeantFor(fault, action, body) || !fits(fault.Kind))
                    continue;
                _faults[i] = fault with { Hits = fault.Hits + 1, Remaining = fault.Remaining - 1 };
                taken[fault.Kind] = _faults[i];
            }
            _faults.RemoveAll(f => f.Remaining == 0);
            return taken;
        }
    }

    private static bool IsMeantFor(Fault fault, string action, string body) =>
        (fault.Action == "*" || fault.Action == action)
        && (fault.Match is null || body.Contains(fault.Match, StringComparison.Ordinal));
}
