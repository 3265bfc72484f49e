namespace Pylon.Sandbox.Faults;

/// <summary>The faults in force on one part of the sandbox. A request takes those that are meant for it.</summary>
internal sealed class FaultBoard
{
    private const int MostFaults = 10_000;
    private readonly Lock gate = new();
    private readonly List<Fault> faults = [];
    private int lastId;

    public Fault Add(Fault fault)
    {
        lock (gate)
        {
            if (faults.Count >= MostFaults)
                throw new BadInputException("kind", $"there are {MostFaults} faults already: clear some");
            fault = fault with { Id = ++lastId };
            faults.Add(fault);
            return fault;
        }
    }

    public IReadOnlyList<Fault> List()
    {
        lock (gate)
            return [.. faults];
    }

    public void Clear()
    {
        lock (gate)
            faults.Clear();
    }

    public bool Remove(int id)
    {
        lock (gate)
            return faults.RemoveAll(f => f.Id == id) > 0;
    }

    /// <summary>
    /// Takes the oldest fitting fault of each kind and counts it as used. Kinds that mean nothing for the request
    /// (a lost callback, when the answer is in the response) stay for one that they fit.
    /// </summary>
    public IReadOnlyDictionary<string, Fault> Take(string action, string body, Func<string, bool> fits)
    {
        lock (gate)
        {
            var taken = new Dictionary<string, Fault>(StringComparer.Ordinal);
            for (var i = 0; i < faults.Count; i++)
            {
                var fault = faults[i];
                if (taken.ContainsKey(fault.Kind) || !IsMeantFor(fault, action, body) || !fits(fault.Kind))
                    continue;
                faults[i] = fault with { Hits = fault.Hits + 1, Remaining = fault.Remaining - 1 };
                taken[fault.Kind] = faults[i];
            }
            faults.RemoveAll(f => f.Remaining == 0);
            return taken;
        }
    }

    private static bool IsMeantFor(Fault fault, string action, string body) =>
        (fault.Action == "*" || fault.Action == action)
        && (fault.Match is null || body.Contains(fault.Match, StringComparison.Ordinal));
}
