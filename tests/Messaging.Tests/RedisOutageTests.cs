using System.Collections.Concurrent;
using Pylon.LocalStack.Servers;
using Pylon.Testing;

namespace Pylon.Messaging.Tests;

/// <summary>Redis is killed under a follower and comes back with its data.</summary>
public sealed class RedisOutageTests : IAsyncLifetime
{
    private const string Topic = "workloads";
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(2));
    private PrivateRedis _server = null!;
    private Streams _streams = null!;

    public async Task InitializeAsync()
    {
        _server = await TestRedis.PrivateAsync();
        _streams = await Streams.ConnectAsync(_server.Address);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _streams.DisposeAsync();
        await _server.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task AFollowerKeepsItsPlaceThroughTheOutage()
    {
        var got = new ConcurrentQueue<string>();
        var follower = Task.Run(async () =>
        {
            await foreach (var e in _streams.Stream.FollowAsync(
                new Dictionary<string, string> { [Topic] = _streams.Stream.Start }, _stop.Token))
            {
                got.Enqueue(e.Event.Subject);
            }
        });
        var expected = 0;
        for (var round = 0; round < 3; round++)
        {
            await PublishAsync(expected, 50);
            expected += 50;
            await Eventually.True(() => got.Count >= expected, TimeSpan.FromSeconds(30));
            await _server.KillAsync();
            await _server.StartAgainAsync();
        }

        await PublishAsync(expected, 50);
        expected += 50;
        await Eventually.True(() => got.Count >= expected, TimeSpan.FromSeconds(30));
        Assert.Equal(Enumerable.Range(0, expected).Select(i => $"{i}"), got);
        Assert.False(follower.IsCompleted);
    }

    [Fact]
    public async Task WithoutRedisACallFailsWithinItsBound()
    {
        await _server.KillAsync();
        var failure = await Assert.ThrowsAnyAsync<Exception>(
            () => _streams.Stream.PublishAsync(Topic, Streams.Events(0, 1), _stop.Token).WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(RedisFailure.Is(failure), failure.ToString());
    }

    private async Task PublishAsync(int from, int count)
    {
        var events = Streams.Events(from, count);
        await Eventually.True(async () =>
        {
            await _streams.Stream.PublishAsync(Topic, events, _stop.Token);
            return true;
        });
    }
}
