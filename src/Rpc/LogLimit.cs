namespace Pylon.Rpc;

/// <summary>
/// Bounds a log line that a caller can cause as often as it likes: a few in a minute, and at the end of the minute how many
/// were left out. A metric counts all of them.
/// </summary>
/// <param name="most">Lines in a minute, which begins with its first line.</param>
/// <param name="leftOut">Logs how many were left out; not called when none were.</param>
/// <param name="time">The clock.</param>
public sealed class LogLimit(int most, Action<int> leftOut, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly Lock _lock = new();
    private ITimer? _end;
    private int _asked;

    /// <summary>True when the line may be logged.</summary>
    public bool Allows()
    {
        lock (_lock)
        {
            if (_asked++ == 0)
            {
                _end ??= time.CreateTimer(_ => End(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _end.Change(Minute, Timeout.InfiniteTimeSpan);
            }

            return _asked <= most;
        }
    }

    /// <summary>Logs what was left out so far.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _end?.Dispose();
            _end = null;
        }

        End();
    }

    private void End()
    {
        int more;
        lock (_lock)
            (more, _asked) = (_asked - most, 0);
        if (more > 0)
            leftOut(more);
    }
}
