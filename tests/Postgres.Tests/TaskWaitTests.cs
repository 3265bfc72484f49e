using Pylon.Testing;

namespace Pylon.Postgres.Tests;

public sealed class TaskWaitTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private readonly FakeTime _time = new();

    [Fact]
    public async Task AStreamWithNothingToSendShowsASignOfLifeAtEachInterval()
    {
        var next = new TaskCompletionSource<bool>();
        var beats = 0;
        var answer = next.Task.WithHeartbeatAsync(Interval, _time, _ => Task.FromResult(++beats), CancellationToken.None);
        for (var expected = 1; expected <= 3; expected++)
        {
            await _time.TimersWaiting();
            _time.Advance(Interval);
            await Eventually.True(() => beats == expected);
        }

        next.SetResult(true);

        Assert.True(await answer.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal(3, beats);
    }

    [Fact]
    public async Task TheFailureOfTheTaskIsThrown()
    {
        var failed = Task.FromException<bool>(new InvalidOperationException("no"));

        Assert.True(await failed.EndsWithinAsync(Interval, _time, CancellationToken.None));
        await Assert.ThrowsAsync<InvalidOperationException>(() => failed.WithHeartbeatAsync(Interval, _time, _ => Task.CompletedTask, CancellationToken.None));
    }

    [Fact]
    public async Task ACancelledWaitEndsWithoutAnException()
    {
        using var stop = new CancellationTokenSource();
        using var thrown = ThrownExceptions.Record();
        var wait = new TaskCompletionSource().Task.EndsWithinAsync(Interval, _time, stop.Token);

        await stop.CancelAsync();

        Assert.False(await wait.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Empty(thrown.All);
    }
}
