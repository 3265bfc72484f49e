namespace Pipelines.Sockets.Unofficial;

/// <summary>Walks the targets of a multicast delegate without allocating.</summary>
public static class Delegates
{
    public static bool IsSingle(this MulticastDelegate handler) => handler.HasSingleTarget;

    public static DelegateEnumerable<T> AsEnumerable<T>(this T? handler)
        where T : MulticastDelegate => new(handler);

    /// <summary>The targets of a delegate; none for <see langword="null"/>.</summary>
    public readonly struct DelegateEnumerable<T>
        where T : MulticastDelegate
    {
        private readonly T? _handler;

        internal DelegateEnumerable(T? handler) => _handler = handler;

        public DelegateEnumerator<T> GetEnumerator() => new(_handler);
    }

    /// <summary>The callers dispose it by a constrained call, so it must be a disposable struct.</summary>
    public struct DelegateEnumerator<T> : IDisposable
        where T : MulticastDelegate
    {
        // The runtime's own enumerator is a mutable struct: it must not be read-only.
        private Delegate.InvocationListEnumerator<T> _inner;

        internal DelegateEnumerator(T? handler) => _inner = Delegate.EnumerateInvocationList(handler);

        public readonly T Current => _inner.Current;

        public bool MoveNext() => _inner.MoveNext();

        public readonly void Dispose()
        {
        }
    }
}
