using Google.Protobuf;

namespace Pylon.Orchestrator.Registry;

/// <summary>What still goes on a page: so many objects, and so many bytes with the object that goes beyond them.</summary>
internal sealed class PageRoom(int objects, int bytes)
{
    private int _bytes = bytes;

    public int Objects { get; private set; } = objects;

    /// <summary>True when there is room, which the object takes. The first object always has room.</summary>
    public bool Take(IMessage one)
    {
        if (Objects == 0 || _bytes <= 0)
            return false;
        Objects--;
        _bytes -= one.CalculateSize();
        return true;
    }
}
