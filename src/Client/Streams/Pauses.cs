namespace Pylon.Client.Streams;

/// <summary>The pauses between attempts to open a stream again: each is random up to a bound that doubles, and they end.</summary>
/// <param name="patience">The longest time without an item; then there is no further attempt.</param>
/// <param name="random">From 0 to 1.</param>
internal sealed class Pauses(TimeSpan patience, TimeProvider time, Func<double> random)
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private long _since = time.GetTimestamp();
    private TimeSpan _bound = First;

    /// <summary>Something arrived: the stream works.</summary>
    public void Reset() => (_since, _bound) = (time.GetTimestamp(), First);

    /// <summary>The next pause; null when the patience is over.</summary>
    public TimeSpan? Next()
    {
        if (time.GetElapsedTime(_since) >= patience)
            return null;
        var pause = _bound * random();
        _bound = _bound * 2 < Longest ? _bound * 2 : Longest;
        return pause;
    }
}
