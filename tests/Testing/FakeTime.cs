using Microsoft.Extensions.Time.Testing;

namespace Pylon.Testing;

/// <summary>
/// A clock that stands still until a test moves it, and that knows how many timers wait. Timers fire on
/// <see cref="Advance"/>, in the order in which they are due.
/// </summary>
public sealed class FakeTime(DateTimeOffset? start = null) : FakeTimeProvider(start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
{
    private readonly Lock _lock = new();
    private readonly HashSet<CountedTimer> _timers = [];
    private readonly List<(int Count, TaskCompletionSource Reached)> _waiters = [];

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new CountedTimer(this);
        timer.Inner = base.CreateTimer(_ => timer.Fire(callback, state), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock forward. Each timer sees its own time, and not the end of the step as with the base.</summary>
    public new void Advance(TimeSpan by)
    {
        var end = GetUtcNow() + by;
        while (NextDue(end) is { } due)
            base.Advance(due > GetUtcNow() ? due - GetUtcNow() : TimeSpan.Zero);
        base.Advance(end - GetUtcNow());
    }

    /// <summary>Sets the clock, which may only go forward.</summary>
    public new void SetUtcNow(DateTimeOffset now) => Advance(now - GetUtcNow());

    /// <summary>Completes when <paramref name="count"/> timers wait. Then the code under test has reached its delay, and Advance ends it.</summary>
    public Task TimersWaiting(int count = 1)
    {
        lock (_lock)
        {
            if (_timers.Count >= count)
                return Task.CompletedTask;
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((count, reached));
            return reached.Task.WaitAsync(TimeSpan.FromSeconds(20), System);
        }
    }

    private DateTimeOffset? NextDue(DateTimeOffset end)
    {
        lock (_lock)
        {
            if (_timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due) is not { } next)
                return null;
            var due = next.Due;
            if (next.Period > TimeSpan.Zero)
                next.Due += next.Period;
            else
                _timers.Remove(next);
            return due;
        }
    }

    private void Count(CountedTimer timer, bool waits)
    {
        lock (_lock)
        {
            if (!waits)
            {
                _timers.Remove(timer);
                return;
            }

            _timers.Add(timer);
            foreach (var waiter in _waiters.Where(waiter => _timers.Count >= waiter.Count).ToList())
            {
                waiter.Reached.TrySetResult();
                _waiters.Remove(waiter);
            }
        }
    }

    private sealed class CountedTimer(FakeTime time) : ITimer
    {
        private int _changes;
        private int _lastFired;

        public ITimer Inner { get; set; } = null!;

        public DateTimeOffset Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire(TimerCallback callback, object? state)
        {
            if (Period <= TimeSpan.Zero)
            {
                Volatile.Write(ref _lastFired, Volatile.Read(ref _changes));
                time.Count(this, waits: false);
            }

            callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Period = period;
            var change = Interlocked.Increment(ref _changes);
            time.Count(this, waits: false);
            if (!Inner.Change(dueTime, period))
                return false;
            // Read after it is set: when another thread moves the clock meanwhile, this is late and never too early.
            Due = dueTime == Timeout.InfiniteTimeSpan ? DateTimeOffset.MaxValue : time.GetUtcNow() + dueTime;
            // It counts once it is set, so that no Advance comes too early for it; it may have fired by now.
            if (dueTime != Timeout.InfiniteTimeSpan && Volatile.Read(ref _lastFired) != change)
                time.Count(this, waits: true);
            return true;
        }

        public void Dispose()
        {
            Inner.Dispose();
            time.Count(this, waits: false);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
