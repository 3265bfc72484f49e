using Pylon.Orchestrator.Queue;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class BackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(6, 32)]
    [InlineData(7, 60)]
    [InlineData(100, 60)]
    public void PauseDoublesUpToTheLongest(int attempt, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), Backoff.After(attempt, First, Longest, 1));
        Assert.Equal(TimeSpan.FromSeconds(seconds / 2), Backoff.After(attempt, First, Longest, 0));
    }

    [Fact]
    public void LongPausesAreCappedToo() =>
        Assert.Equal(TimeSpan.FromDays(1), Backoff.After(100, TimeSpan.FromHours(1), TimeSpan.FromDays(1), 1));
}
