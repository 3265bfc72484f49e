namespace Pylon.Client.Streams;

/// <summary>The pauses between attempts to open a stream again: each is random up to a bound that doubles, and they end.</summary>
/// <param name="patience">The longest time of breaks without an item between them; then there is no further attempt.</param>
/// <param name="random">From 0 to 1.</param>
internal sealed class Pauses(TimeSpan patience, TimeProvider time, Func<double> random)
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private long? _firstBreak;
    private TimeSpan _bound = First;

    /// <summary>The stream works.</summary>
    public void Reset() => (_firstBreak, _bound) = (null, First);

    /// <summary>The pause after a break; null when the patience is over.</summary>
    public TimeSpan? Next()
    {
        _firstBreak ??= time.GetTimestamp();
        if (time.GetElapsedTime(_firstBreak.Value) >= patience)
            return null;
        var pause = _bound * random();
        _bound = _bound * 2 < Longest ? _bound * 2 : Longest;
        return pause;
    }
}
