namespace Pipelines.Sockets.Unofficial.Arenas;

/// <summary>Copies of a sequence through a projection.</summary>
public static class SequenceExtensions
{
    public static void CopyTo<TSource, TResult>(
        this in Sequence<TSource> source, Span<TResult> destination, Projection<TSource, TResult> projection)
    {
        var from = source.FirstSpan;
        if (from.Length > destination.Length)
            throw new ArgumentException("The destination is too short.", nameof(destination));
        for (var i = 0; i < from.Length; i++)
            destination[i] = projection(in from[i]);
    }

    public static TResult[] ToArray<TSource, TResult>(
        this in Sequence<TSource> source, Projection<TSource, TResult> projection)
    {
        if (source.IsEmpty)
            return [];
        var result = new TResult[source.Length];
        source.CopyTo(result, projection);
        return result;
    }

    public static TResult[] ToArray<TSource, TState, TResult>(
        this in Sequence<TSource> source, Projection<TSource, TState, TResult> projection, in TState state)
    {
        if (source.IsEmpty)
            return [];
        var from = source.FirstSpan;
        var result = new TResult[from.Length];
        for (var i = 0; i < from.Length; i++)
            result[i] = projection(in from[i], in state);
        return result;
    }
}
