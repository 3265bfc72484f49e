using Grpc.Core;
using Pylon.Client.Streams;
using Pylon.Events.V1;
using Pylon.Gateway.V1;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Client.Tests;

public sealed class FollowTests : IAsyncLifetime
{
    private FakePylon _pylon = null!;

    public async Task InitializeAsync() => _pylon = await FakePylon.StartAsync();

    public async Task DisposeAsync() => await _pylon.DisposeAsync();

    [Fact]
    public async Task ABreakIsFollowedByTheEventsBehindTheLastOneEachOnce()
    {
        Connections(
            async send =>
            {
                await send("1");
                await send("2");
                throw Broken(StatusCode.Unavailable);
            },
            async send =>
            {
                // The relay delivers one again, under another position.
                await send("3", "2");
                await send("4");
                throw Broken(StatusCode.ResourceExhausted);
            },
            send => send("5"));

        var items = await FollowAsync(4);

        Assert.Equal(["1", "2", "4", "5"], items.Select(item => item.Event.Id));
        Assert.Equal(["", "2", "4"], _pylon.Script.Afters);
    }

    [Fact]
    public async Task ABreakBeforeTheFirstEventLosesNone()
    {
        Connections(_ => throw Broken(StatusCode.Unavailable), send => send("1"));

        Assert.Single(await FollowAsync(1));
        Assert.Equal(["", "start"], _pylon.Script.Afters);
    }

    [Fact]
    public async Task AGapIsTold()
    {
        _pylon.Script.Subscribe = async (_, stream, _) =>
        {
            await stream.WriteAsync(new SubscribeResponse { Position = "9", Gap = true });
            await stream.WriteAsync(new SubscribeResponse { Position = "10", Event = new Event { Id = "a" } });
        };

        var items = await FollowAsync(2, new FollowOptions { After = "1" });

        Assert.Equal((true, null), (items[0].Gap, items[0].Event));
        Assert.Equal("a", items[1].Event.Id);
        Assert.Equal("1", _pylon.Script.Afters.First());
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument)]
    [InlineData(StatusCode.Unavailable)]
    public async Task AFirstConnectionThatFailsIsTheCallersError(StatusCode code)
    {
        _pylon.Script.Subscribe = (_, _, _) => throw Broken(code);

        var failure = await Assert.ThrowsAsync<RpcException>(() => FollowAsync(1));

        Assert.Equal(code, failure.StatusCode);
        Assert.Single(_pylon.Script.Afters);
    }

    [Fact]
    public async Task ARefusalAfterABreakIsTheCallersErrorToo()
    {
        Connections(
            async send =>
            {
                await send("1");
                throw Broken(StatusCode.Unavailable);
            },
            _ => throw Broken(StatusCode.InvalidArgument));

        Assert.Equal(StatusCode.InvalidArgument, (await Assert.ThrowsAsync<RpcException>(() => FollowAsync(2))).StatusCode);
    }

    [Fact]
    public async Task ItGoesOnAtAnotherGateway()
    {
        await using var other = await FakePylon.StartAsync();
        foreach (var script in (Script[])[_pylon.Script, other.Script])
        {
            script.Subscribe = async (request, stream, context) =>
            {
                await context.WriteResponseHeadersAsync(new Metadata { { "pylon-position", "0" } });
                for (var n = int.TryParse(request.After, out var after) ? after + 1 : 1; ; n++)
                {
                    await stream.WriteAsync(Item($"{n}"));
                    if (n % 3 == 0)
                        await Task.Delay(Timeout.Infinite, context.CancellationToken);
                }
            };
        }

        using var client = new PylonClient($"{_pylon.Address},{other.Address}");
        using var stop = new CancellationTokenSource();
        var ids = new List<string>();
        var following = Task.Run(async () =>
        {
            await foreach (var item in client.FollowAsync(cancellationToken: stop.Token))
            {
                ids.Add(item.Event.Id);
                if (ids.Count == 3)
                    await (_pylon.Script.Afters.IsEmpty ? other : _pylon).DisposeAsync();
                if (ids.Count == 6)
                    break;
            }
        });
        await following.Within();

        Assert.Equal(["1", "2", "3", "4", "5", "6"], ids);
    }

    [Fact]
    public async Task ACancelledReaderEnds()
    {
        _pylon.Script.Subscribe = async (_, stream, context) =>
        {
            await stream.WriteAsync(Item("1"));
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        using var client = new PylonClient(_pylon.Address);
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Run(async () =>
        {
            await foreach (var item in client.FollowAsync(cancellationToken: stop.Token))
                await stop.CancelAsync();
        }).Within());
    }

    [Fact]
    public async Task AWatchedWorkloadGoesOnAfterABreakAndEndsByItself()
    {
        var calls = 0;
        _pylon.Script.Watch = async stream =>
        {
            await stream.WriteAsync(new WatchWorkloadResponse { Workload = new Workload { Attempts = ++calls } });
            if (calls == 1)
                throw Broken(StatusCode.Unavailable);
        };
        using var client = new PylonClient(_pylon.Address);

        var seen = new List<int>();
        await Task.Run(async () =>
        {
            await foreach (var workload in client.WatchWorkloadAsync("w"))
                seen.Add(workload.Attempts);
        }).Within();

        Assert.Equal([1, 2], seen);
    }

    [Fact]
    public void PausesGrowAreRandomBoundedAndEnd()
    {
        var time = new FakeTime();
        var pauses = new Pauses(TimeSpan.FromMinutes(5), time, () => 0.5);

        Assert.Equal([0.5, 1, 2, 4, 8, 15, 15], Enumerable.Range(0, 7).Select(_ => pauses.Next()!.Value.TotalSeconds));
        time.Advance(TimeSpan.FromMinutes(4));
        pauses.Reset();
        // A quiet hour is no break.
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0.5, pauses.Next()!.Value.TotalSeconds);
        time.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(1, pauses.Next()!.Value.TotalSeconds);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(pauses.Next());
    }

    [Fact]
    public void OnlyTheLastIdsAreKept()
    {
        var seen = new SeenEvents(most: 2);

        Assert.True(seen.IsNew("a") && seen.IsNew("b") && !seen.IsNew("a") && seen.IsNew("c"));
        Assert.True(seen.IsNew("a"));
        Assert.True(seen.IsNew("") && seen.IsNew(""));
    }

    // What each connection does after its headers, in turn.
    private void Connections(params Func<Send, Task>[] connections)
    {
        var number = 0;
        _pylon.Script.Subscribe = async (_, stream, context) =>
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "pylon-position", "start" } });
            await connections[number++]((position, id) => stream.WriteAsync(Item(position, id)));
        };
    }

    private async Task<List<SubscribeResponse>> FollowAsync(int count, FollowOptions? options = null)
    {
        using var client = new PylonClient(_pylon.Address);
        var items = new List<SubscribeResponse>();
        await Task.Run(async () =>
        {
            await foreach (var item in client.FollowAsync(options))
            {
                items.Add(item);
                if (items.Count == count)
                    return;
            }
        }).Within();
        return items;
    }

    private static SubscribeResponse Item(string position, string? id = null) => new() { Position = position, Event = new Event { Id = id ?? position } };

    private static RpcException Broken(StatusCode code) => new(new Status(code, "broken"));

    private delegate Task Send(string position, string? id = null);
}
