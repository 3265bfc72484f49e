using Pylon.Testing;

namespace Pylon.Postgres.Tests;

public sealed class TaskWaitTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);
    private readonly FakeTime _time = new();

    [Fact]
    public async Task AWaitEndsAfterItsTimeWithoutAnException()
    {
        using var thrown = ThrownExceptions.Record();
        var wait = new TaskCompletionSource().Task.EndsWithinAsync(Interval, _time, CancellationToken.None);
        await _time.TimersWaiting();
        _time.Advance(Interval);

        Assert.False(await wait.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Empty(thrown.All);
    }

    [Fact]
    public async Task AWaitEndsWithItsTask()
    {
        var next = new TaskCompletionSource<bool>();
        var wait = next.Task.EndsWithinAsync(Interval, _time, CancellationToken.None);
        next.SetResult(true);

        Assert.True(await wait.WaitAsync(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public async Task TheFailureOfTheTaskIsNotThrown() =>
        Assert.True(await Task.FromException<bool>(new InvalidOperationException("no")).EndsWithinAsync(Interval, _time, CancellationToken.None));

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
