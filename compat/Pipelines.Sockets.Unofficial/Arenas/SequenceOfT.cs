using System.Runtime.CompilerServices;

namespace Pipelines.Sockets.Unofficial.Arenas;

/// <summary>A run of elements inside an <see cref="Arena{T}"/>: here always one piece of one array.</summary>
public readonly struct Sequence<T>
{
    private readonly T[]? _array;
    private readonly int _offset;
    private readonly int _length;

    internal Sequence(T[]? array, int offset, int length)
    {
        _array = array;
        _offset = offset;
        _length = length;
    }

    public long Length => _length;

    public bool IsEmpty => _length == 0;

    public bool IsSingleSegment => true;

    public Span<T> FirstSpan => new(_array, _offset, _length);

    public SpanEnumerable Spans => new(FirstSpan);

    public ref T this[int index] => ref FirstSpan[index];

    public ref T this[long index] => ref FirstSpan[checked((int)index)];

    public Sequence Untyped() => new(_array, _offset, _length);

    public Enumerator GetEnumerator() => new(FirstSpan);

    /// <summary>Walks the elements by reference.</summary>
    public ref struct Enumerator
    {
        private readonly Span<T> _span;
        private int _index;

        internal Enumerator(Span<T> span)
        {
            _span = span;
            _index = -1;
        }

        public readonly ref T Current => ref _span[_index];

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool MoveNext() => ++_index < _span.Length;

        /// <summary>Moves on and returns the element by reference; throws past the end.</summary>
        public ref T GetNext()
        {
            if (!MoveNext())
                throw new InvalidOperationException("The sequence has no further element.");
            return ref _span[_index];
        }
    }

    /// <summary>The memory of a sequence, piece by piece.</summary>
    public readonly ref struct SpanEnumerable
    {
        private readonly Span<T> _span;

        internal SpanEnumerable(Span<T> span) => _span = span;

        public SpanEnumerator GetEnumerator() => new(_span);
    }

    /// <summary>Walks the one piece that a sequence has here.</summary>
    public ref struct SpanEnumerator
    {
        private readonly Span<T> _span;
        private bool _done;

        internal SpanEnumerator(Span<T> span)
        {
            _span = span;
            _done = span.IsEmpty;
        }

        public readonly Span<T> Current => _span;

        public bool MoveNext()
        {
            var more = !_done;
            _done = true;
            return more;
        }
    }
}
