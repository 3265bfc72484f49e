using Pylon.Testing;

namespace Pylon.Postgres.Tests;

public sealed class ChangesTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);
    private readonly FakeTime _time = new();

    [Fact]
    public async Task AChangeWakesEveryWatchOfItsKeyAndNoOther()
    {
        var changes = new Changes<string>(_time);
        using var one = changes.Begin("a");
        using var two = changes.Begin("a");
        using var other = changes.Begin("b");
        var waits = new[] { one, two, other }.Select(watch => watch.WaitAsync(Long, CancellationToken.None)).ToList();

        changes.Signal("a");

        await Task.WhenAll(waits[..2]).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(waits[2].IsCompleted);
    }

    [Fact]
    public async Task AChangeBetweenTwoWaitsEndsTheSecondAtOnce()
    {
        var changes = new Changes<string>(_time);
        using var watch = changes.Begin("a");
        changes.Signal("a");

        await watch.WaitAsync(Long, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.False(watch.WaitAsync(Long, CancellationToken.None).IsCompleted);
    }

    [Fact]
    public async Task AWaitEndsWithItsTimeAndThrowsNothing()
    {
        using var thrown = ThrownExceptions.Record();
        var changes = new Changes<string>(_time);
        using var watch = changes.Begin("a");
        var wait = watch.WaitAsync(Long, CancellationToken.None);

        _time.Advance(Long);

        await wait.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(thrown.All);
    }

    [Fact]
    public async Task AGapInTheConnectionWakesAll()
    {
        var changes = new Changes<string>(_time);
        using var watch = changes.Begin("a");

        changes.SignalAll();

        await watch.WaitAsync(Long, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void AKeyThatNobodyWaitsForIsForgotten()
    {
        var changes = new Changes<string>(_time);
        changes.Signal("nobody");
        var watch = changes.Begin("a");
        Assert.Equal(1, changes.Count);

        watch.Dispose();

        Assert.Equal(0, changes.Count);
    }
}
