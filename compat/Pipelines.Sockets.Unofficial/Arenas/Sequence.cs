namespace Pipelines.Sockets.Unofficial.Arenas;

/// <summary>
/// A <see cref="Sequence{T}"/> that forgot its element type, so that the element itself may hold one.
/// </summary>
public readonly struct Sequence
{
    private readonly Array? _array;
    private readonly int _offset;
    private readonly int _length;

    internal Sequence(Array? array, int offset, int length)
    {
        _array = array;
        _offset = offset;
        _length = length;
    }

    public long Length => _length;

    public bool IsEmpty => _length == 0;

    public Sequence<T> Cast<T>() => _length == 0 ? default : new((T[])_array!, _offset, _length);
}
