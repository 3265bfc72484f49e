namespace Pipelines.Sockets.Unofficial.Arenas;

/// <summary>
/// Hands out runs of elements that all die together at <see cref="Reset"/>. Every run is one piece of one array; a run
/// that does not fit starts a new block, and the runs handed out before keep the old block alive for themselves.
/// One thread at a time, as in the original.
/// </summary>
public sealed class Arena<T>(ArenaOptions? options = null, Allocator<T>? allocator = null) : IDisposable
{
    private const int InitialElements = 256;
    // One huge reply must not pin its array for the life of the connection.
    private const int MostRetainedElements = 16 * 1024;

    private T[] _block = [];
    private int _used;

    public ArenaOptions? Options { get; } = options;

    public Allocator<T>? Allocator { get; } = allocator;

    public Sequence<T> Allocate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length == 0)
            return default;
        if (length > _block.Length - _used)
        {
            _block = new T[Math.Max(length, Math.Clamp(_block.Length * 2, InitialElements, MostRetainedElements))];
            _used = 0;
        }

        var sequence = new Sequence<T>(_block, _used, length);
        _used += length;
        return sequence;
    }

    public void Reset()
    {
        if (_block.Length > MostRetainedElements)
            _block = [];
        else
            Array.Clear(_block, 0, _used);
        _used = 0;
    }

    public void Dispose()
    {
        _block = [];
        _used = 0;
    }
}
