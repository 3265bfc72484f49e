using Pylon.Testing;

namespace Pylon.Cli.Tests;

public sealed class FakeTimeTests
{
    private readonly FakeTime _time = new();

    [Fact]
    public async Task ADelayEndsWhenItsTimeHasComeAndNotBefore()
    {
        var delay = Task.Delay(TimeSpan.FromSeconds(10), _time);

        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(delay.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        await delay.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void TimersFireInTheOrderInWhichTheyAreDueEachAtItsOwnTime()
    {
        var start = _time.GetUtcNow();
        var fired = new List<(string Name, double Second)>();
        void Note(object? name) => fired.Add(((string)name!, (_time.GetUtcNow() - start).TotalSeconds));
        using var late = _time.CreateTimer(Note, "late", TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        using var ticking = _time.CreateTimer(Note, "tick", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));

        _time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal([("tick", 2), ("tick", 4), ("late", 5), ("tick", 6)], fired);
    }

    [Fact]
    public async Task ATestSeesWhenTheCodeHasComeToItsDelay()
    {
        var waiting = _time.TimersWaiting();
        Assert.False(waiting.IsCompleted);

        var delay = Task.Delay(TimeSpan.FromMinutes(1), _time);
        await waiting;
        _time.Advance(TimeSpan.FromMinutes(1));

        await delay.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void ACancellationSourceTimesOutOnThisClock()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(30), _time);

        _time.Advance(TimeSpan.FromSeconds(30));

        Assert.True(source.IsCancellationRequested);
    }
}
