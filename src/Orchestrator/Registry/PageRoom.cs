using Google.Protobuf;

namespace Pylon.Orchestrator.Registry;

/// <summary>What still goes on a page: so many objects, and so many bytes with the object that goes beyond them.</summary>
internal sealed class PageRoom(int objects, int bytes)
{
    private int _bytes = bytes;

    public int Objects { get; private set; } = objects;

    /// <summary>True when there is room, which the object takes, with so many bytes beside it. The first object always has room.</summary>
    public bool Take(IMessage one, int beside = 0)
    {
        if (Objects == 0 || _bytes <= 0)
            return false;
        Objects--;
        _bytes -= one.CalculateSize() + beside;
        return true;
    }
}
