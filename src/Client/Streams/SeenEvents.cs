namespace Pylon.Client.Streams;

/// <summary>The ids of the last events: one that is delivered twice has the same id both times.</summary>
internal sealed class SeenEvents(int most = SeenEvents.Most)
{
    public const int Most = 4096;

    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>True the first time; of an event without an id always.</summary>
    public bool IsNew(string id)
    {
        if (id.Length == 0)
            return true;
        if (!_ids.Add(id))
            return false;
        _order.Enqueue(id);
        if (_order.Count > most)
            _ids.Remove(_order.Dequeue());
        return true;
    }
}
