using Pylon.LocalStack.Servers;
using Pylon.Testing;

namespace Pylon.Messaging.Tests;

/// <summary>Redis is killed while relays drain: nothing is lost, nothing comes twice, the order stays.</summary>
public sealed class OutboxRelayOutageTests : IAsyncLifetime
{
    private OutboxFixture _outbox = null!;
    private PrivateRedis _server = null!;

    public async Task InitializeAsync()
    {
        _outbox = await OutboxFixture.CreateAsync();
        _server = await TestRedis.PrivateAsync();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _outbox.DisposeAsync();
    }

    [Fact]
    public async Task KilledRedisLosesNothingAndDoublesNothing()
    {
        const int total = 6_000;
        await using var streams = await Streams.ConnectAsync(_server.Address);
        await using var others = await Streams.ConnectAsync(_server.Address);
        await _outbox.InsertAsync(0, total / 2);
        using var one = _outbox.Relay(streams.Stream);
        using var two = _outbox.Relay(others.Stream);
        await Task.WhenAll(one.StartAsync(CancellationToken.None), two.StartAsync(CancellationToken.None));
        var inserts = Task.Run(async () =>
        {
            for (var i = total / 2; i < total; i += 500)
                await _outbox.InsertAsync(i, 500);
        });
        for (var kill = 1; kill <= 3; kill++)
        {
            var some = kill * 1000;
            await Eventually.True(
                async () => await _outbox.CountAsync("published_at IS NOT NULL") >= some, TimeSpan.FromSeconds(60));
            await _server.KillAsync();
            await _server.StartAgainAsync();
        }

        await inserts;
        await _outbox.AllPublishedAsync();
        await Task.WhenAll(one.StopAsync(CancellationToken.None), two.StopAsync(CancellationToken.None));

        var got = (await streams.AllAsync(OutboxFixture.Topic)).Select(e => e.Event.Subject).ToList();
        Assert.Equal(Enumerable.Range(0, total).Select(i => $"{i}"), got);
    }
}
