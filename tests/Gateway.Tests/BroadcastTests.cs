using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Confluent.Kafka;
using Grpc.Core;
using Pylon.Events.V1;
using Pylon.Gateway.Broadcast;
using Pylon.Gateway.V1;
using Pylon.Rpc;
using Pylon.Testing;
using StackExchange.Redis;

namespace Pylon.Gateway.Tests;

public sealed class BroadcastTests
{
    [Fact]
    public async Task EverySubscriberGetsEveryEvent()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var one = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast");
        using var two = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?topics=workloads");

        gateway.Events.Publish(1, 50);

        Assert.Equal(Enumerable.Range(1, 50), await one.NumbersAsync(50));
        Assert.Equal(Enumerable.Range(1, 50), await two.NumbersAsync(50));
        Assert.InRange(int.Parse(one.Retry!), 2000, 5000);
        Assert.Equal("text/event-stream", one.ContentType);
    }

    [Fact]
    public async Task BrowsersAreToldToComeBackAtDifferentTimes()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:Retry=00:00:10");
        var retries = new HashSet<int>();
        for (var n = 0; n < 10; n++)
        {
            using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast");
            retries.Add(int.Parse((await stream.LineAsync())!["retry: ".Length..]));
        }

        Assert.All(retries, retry => Assert.InRange(retry, 10_000, 25_000));
        Assert.NotEqual(1, retries.Count);
    }

    [Fact]
    public async Task EventIsACloudEvent()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast");
        var published = FakeEventStream.Numbered(7);
        published.Traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        gateway.Events.Publish(published);

        var (type, data) = (await stream.NextAsync())!.Value;

        Assert.Equal("pylon.workload.queued.v1", type);
        Assert.Equal("1.0", data.GetProperty("specversion").GetString());
        Assert.Equal("7", data.GetProperty("id").GetString());
        Assert.Equal("pylon/test", data.GetProperty("source").GetString());
        Assert.Equal("pylon.workload.queued.v1", data.GetProperty("type").GetString());
        Assert.Equal("w", data.GetProperty("subject").GetString());
        Assert.Equal(published.Traceparent, data.GetProperty("traceparent").GetString());
        Assert.Equal("7", data.GetProperty("data").GetProperty("workload_name").GetString());
    }

    [Fact]
    public async Task StreamMayNotBeKeptOrChangedOnItsWay()
    {
        await using var gateway = await TestGateway.StartAsync();

        using var answer = await gateway.Http.GetAsync("/beckn/broadcast", HttpCompletionOption.ResponseHeadersRead);

        Assert.Equal("no-cache, no-transform", string.Join(", ", answer.Headers.GetValues("Cache-Control").SelectMany(value => value.Split(", ")).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task TooManySubscribersIsSaidBeforeTheAnswerBegins()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:MaxSubscribers=1");
        gateway.Events.Publish(1, 3);
        using var one = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?after=workloads:1-0");
        // In its replay, where it is not yet one of the hub's.
        Assert.Equal([2], await one.NumbersAsync(1));

        foreach (var path in (string[])["/beckn/broadcast", "/beckn/broadcast?after=workloads:1-0", "/beckn/broadcast?lastEventId=workloads:1-0"])
        {
            var answer = await gateway.Http.GetAsync(path);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("TOO_MANY_SUBSCRIBERS", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("reason").GetString());
        }

        using var call = new BroadcastService.BroadcastServiceClient(gateway.Grpc).Subscribe(new SubscribeRequest { After = "workloads:1-0" });
        Assert.Equal("TOO_MANY_SUBSCRIBERS", (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).Within())).Reason());
    }

    [Fact]
    public async Task ReconnectingReaderMaySendItsLastIdAsAParameter()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Events.Publish(1, 5);

        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?after=workloads:1-0&lastEventId=workloads:3-0");

        Assert.Equal([4, 5], await stream.NumbersAsync(2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReconnectingReaderGetsExactlyTheMissedEvents(bool byHeader)
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:ReplayPage=3");
        string last;
        using (var first = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast"))
        {
            gateway.Events.Publish(1, 5);
            Assert.Equal(Enumerable.Range(1, 5), await first.NumbersAsync(5));
            last = first.LastId;
        }

        gateway.Events.Publish(6, 20);
        using var again = byHeader
            ? await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?after=workloads:1-0", lastId: last)
            : await ServerEvents.OpenAsync(gateway.Http, $"/beckn/broadcast?after={last}");
        Assert.Equal(Enumerable.Range(6, 20), await again.NumbersAsync(20));
        gateway.Events.Publish(26, 3);
        Assert.Equal(Enumerable.Range(26, 3), await again.NumbersAsync(3));
    }

    [Fact]
    public async Task ManyReadersThatComeBackAtOnceAreServedByOneReadForEachPosition()
    {
        const int Readers = 500;
        const int Published = 60;
        const int More = 20;
        await using var gateway = await TestGateway.StartAsync("--Broadcast:ReplayPage=16", "--Broadcast:ReplayKept=00:10:00");
        using var first = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast");
        gateway.Events.Publish(1, Published);
        await first.NumbersAsync(Published);

        var back = Enumerable.Range(0, Readers).Select(async n =>
        {
            var seen = 1 + (n % 30);
            using var reader = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast", lastId: $"workloads:{seen}-0");
            Assert.Equal(Enumerable.Range(seen + 1, Published + More - seen), await reader.NumbersAsync(Published + More - seen));
        }).ToList();
        for (var n = 0; n < More; n++)
        {
            gateway.Events.Publish(Published + 1 + n, 1);
            await Task.Yield();
        }

        await Task.WhenAll(back);
        Assert.All(gateway.Events.Reads.CountBy(read => read), read => Assert.Equal(1, read.Value));
        // The first page of each of the 30 positions, and then those pages' ends and the ends of what came meanwhile.
        Assert.InRange(gateway.Events.Reads.Count, 30, Published + More);
    }

    [Fact]
    public async Task ReadersOfOnePageDoNotLearnWhereTheOthersAreInOtherTopics()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:ReplayKept=00:10:00");
        gateway.Events.Publish(FakeEventStream.Numbered(1), "grid");
        gateway.Events.Publish(FakeEventStream.Numbered(2), "grid");
        await Eventually.True(() => gateway.Get<BroadcastHub>().Position["grid"] == "2-0");
        using var first = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?topics=grid&after=batches:99-0,grid:1-0");
        Assert.Equal([2], await first.NumbersAsync(1));

        using var other = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?topics=grid&after=grid:1-0");
        Assert.Equal([2], await other.NumbersAsync(1));
        Assert.Equal("batches:0-0,decisions:0-0,grid:2-0,insights:0-0,workloads:0-0", other.LastId);
        gateway.Events.Publish(FakeEventStream.Numbered(3), "grid");
        Assert.Equal([3], await other.NumbersAsync(1));

        Assert.Equal("batches:0-0,decisions:0-0,grid:3-0,insights:0-0,workloads:0-0", other.LastId);
    }

    [Fact]
    public async Task ReconnectingReaderGetsTheMissedEventsOfEachTopic()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:ReplayPage=3");
        string last;
        using (var first = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast"))
        {
            Publish(1, 9);
            Assert.Equal(Enumerable.Range(1, 9), await first.NumbersAsync(9));
            last = first.LastId;
            Assert.Equal("batches:9-0,decisions:0-0,grid:0-0,insights:0-0,workloads:8-0", last);
        }

        Publish(10, 10);
        using var again = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast", lastId: last);
        Assert.Equal(Enumerable.Range(10, 10), await again.NumbersAsync(10));
        Publish(20, 2);
        Assert.Equal([20, 21], await again.NumbersAsync(2));
        using var batches = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?topics=batches", lastId: last);
        Assert.Equal([12, 15, 18, 21], await batches.NumbersAsync(4));

        void Publish(int from, int count)
        {
            for (var n = from; n < from + count; n++)
                gateway.Events.Publish(FakeEventStream.Numbered(n), n % 3 == 0 ? "batches" : "workloads");
        }
    }

    [Fact]
    public async Task DecisionsAreBroadcastWithTheHeadOfTheirLog()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?topics=decisions");
        gateway.Events.Publish(1, 1);
        gateway.Events.Publish(
            new Event { Id = "d", Type = "pylon.decision.recorded.v1", DecisionRecorded = new DecisionRecorded { Id = "x", Seq = 7, Hash = "abc" } }, "decisions");

        var (type, data) = (await stream.NextAsync())!.Value;

        Assert.Equal("pylon.decision.recorded.v1", type);
        Assert.Equal(("7", "abc"), (data.GetProperty("data").GetProperty("seq").GetString(), data.GetProperty("data").GetProperty("hash").GetString()));
    }

    [Fact]
    public async Task ReaderWithoutEventsCanResume()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Events.Publish(1, 5);
        await HubReadsToAsync(gateway, 5);
        string last;
        using (var first = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast"))
        {
            await first.LineAsync();
            last = (await first.LineAsync())![4..];
        }

        gateway.Events.Publish(6, 1);

        using var again = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast", lastId: last);
        Assert.Equal([6], await again.NumbersAsync(1));
    }

    // The hub may be as far as the stream or far behind it: then the replay is short, and the rest are live events.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EventsPublishedDuringTheReplayArriveExactlyOnce(bool hubIsBehind)
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:ReplayPage=7");
        var hubReads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (hubIsBehind)
            gateway.Events.Followed = hubReads.Task;
        gateway.Events.Publish(1, 100);
        var (gate, next) = (new Lock(), 101);
        gateway.Events.OnRead = async () =>
        {
            PublishMore();
            await Task.Yield();
        };

        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?after=workloads:10-0");
        hubReads.SetResult();
        var numbers = new List<int>();
        while (numbers.Count < 990)
        {
            numbers.AddRange(await stream.NumbersAsync(10));
            PublishMore();
        }

        Assert.Equal(Enumerable.Range(11, 990), numbers);

        void PublishMore()
        {
            lock (gate)
            {
                if (next > 1000)
                    return;
                gateway.Events.Publish(next, 20);
                next += 20;
            }
        }
    }

    [Fact]
    public async Task GapIsReported()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Events.Publish(1, 10);
        gateway.Events.Trim(5);

        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?after=workloads:3-0");
        var (type, data) = (await stream.NextAsync())!.Value;
        Assert.Equal("gap", type);
        Assert.True(data.GetProperty("gap").GetBoolean());
        Assert.Equal(Enumerable.Range(6, 5), await stream.NumbersAsync(5));

        using var whole = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?after=batches:5-0,decisions:5-0,grid:5-0,insights:5-0,workloads:5-0");
        Assert.Equal(Enumerable.Range(6, 5), await whole.NumbersAsync(5));
    }

    [Fact]
    public async Task GapOfAStreamThatBeganAnewIsReportedWhenANewEventCameFirst()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Events.Publish(1, 10);
        await HubReadsToAsync(gateway, 10);
        gateway.Events.Lose();
        gateway.Events.Publish(11, 2);

        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?after=workloads:3-0");
        Assert.Equal("gap", (await stream.NextAsync())!.Value.Type);
        Assert.Equal([11, 12], await stream.NumbersAsync(2));

        var poll = await gateway.Http.GetFromJsonAsync<JsonElement>("/beckn/broadcast/poll?after=workloads:3-0");
        Assert.True(poll.GetProperty("events")[0].GetProperty("gap").GetBoolean());
        var again = await gateway.Http.GetFromJsonAsync<JsonElement>($"/beckn/broadcast/poll?after={poll.GetProperty("position").GetString()}");
        Assert.Equal(0, again.GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task GapOfAStreamThatLostItsEndIsReported()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Events.Publish(1, 3);
        gateway.Events.Publish(FakeEventStream.Numbered(4), "batches");
        gateway.Events.Publish(5, 1);

        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?topics=workloads&after=workloads:4-0");

        Assert.Equal("gap", (await stream.NextAsync())!.Value.Type);
        Assert.Equal([5], await stream.NumbersAsync(1));
    }

    [Fact]
    public async Task GapDuringAReplayIsReported()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:ReplayPage=5");
        gateway.Events.Publish(1, 30);
        await HubReadsToAsync(gateway, 30);
        var reads = 0;
        gateway.Events.OnRead = () =>
        {
            // The first page is read; the reader is slow, and the stream is trimmed behind its back.
            if (Interlocked.Increment(ref reads) == 2)
                gateway.Events.Trim(20);
            return Task.CompletedTask;
        };

        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?topics=workloads&after=workloads:3-0");

        Assert.Equal(Enumerable.Range(4, 5), await stream.NumbersAsync(5));
        Assert.Equal("gap", (await stream.NextAsync())!.Value.Type);
        Assert.Equal(Enumerable.Range(21, 10), await stream.NumbersAsync(10));
    }

    [Fact]
    public async Task ReaderAheadOfThisGatewayGetsNothingTwice()
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Events.Publish(1, 3);
        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?after=workloads:2-0");
        Assert.Equal([3], await stream.NumbersAsync(1));

        gateway.Events.Publish(4, 2);
        Assert.Equal([4, 5], await stream.NumbersAsync(2));
    }

    [Theory]
    [InlineData("/beckn/broadcast?after=rubbish", "after")]
    [InlineData("/beckn/broadcast?after=grid:0-0,zz%0A%0Adata:1-0", "after")]
    [InlineData("/beckn/broadcast?after=grid:0-0,zz:1-0", "after")]
    [InlineData("/beckn/broadcast?topics=nothing", "topics")]
    [InlineData("/beckn/broadcast?nope=1", "nope")]
    [InlineData("/beckn/broadcast/poll?max_events=1001", "max_events")]
    [InlineData("/beckn/broadcast/poll?max_events=x", "max_events")]
    public async Task WrongParameterIsNamed(string path, string field)
    {
        await using var gateway = await TestGateway.StartAsync();

        var answer = await gateway.Http.GetAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(field, problem.GetProperty("errors")[0].GetProperty("field").GetString());
    }

    [Fact]
    public async Task PollContinuesFromItsPosition()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:ReplayPage=2");
        gateway.Events.Publish(1, 5);

        var first = await gateway.Http.GetFromJsonAsync<JsonElement>("/beckn/broadcast/poll?max_events=3");
        var second = await gateway.Http.GetFromJsonAsync<JsonElement>($"/beckn/broadcast/poll?after={first.GetProperty("position").GetString()}");
        var third = await gateway.Http.GetFromJsonAsync<JsonElement>($"/beckn/broadcast/poll?after={second.GetProperty("position").GetString()}");

        Assert.Equal(["1", "2", "3"], Ids(first));
        Assert.Equal(["4", "5"], Ids(second));
        Assert.Empty(Ids(third));
        Assert.Equal(second.GetProperty("position").GetString(), third.GetProperty("position").GetString());
    }

    [Fact]
    public async Task GrpcSubscriptionGivesTheSameEvents()
    {
        await using var gateway = await TestGateway.StartAsync();
        var client = new BroadcastService.BroadcastServiceClient(gateway.Grpc);
        gateway.Events.Publish(1, 3);
        using var call = client.Subscribe(new SubscribeRequest { After = "workloads:1-0" });

        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Within());
        Assert.Equal("2", call.ResponseStream.Current.Event.Id);
        Assert.Equal("workloads:2-0", call.ResponseStream.Current.Position);
        Assert.Equal("workloads", call.ResponseStream.Current.Topic);
        Assert.Equal(2, (await client.PollAsync(new PollRequest { MaxEvents = 2 })).Events.Count);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await client.PollAsync(new PollRequest { After = "?" }));
        Assert.Equal("after", Assert.Single(error.Violations()).Field);
    }

    public static TheoryData<Exception> Failures => new(
        new RedisConnectionException(ConnectionFailureType.SocketClosed, "away"), new RedisServerException("LOADING Redis is loading the dataset in memory"), new KafkaException(ErrorCode.Local_AllBrokersDown));

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task StreamThatCannotBeReadIsUnavailableInEachApi(Exception failure)
    {
        await using var gateway = await TestGateway.StartAsync();
        gateway.Events.Publish(1, 2);
        await HubReadsToAsync(gateway, 2);
        gateway.Events.OnRead = () => throw failure;
        var client = new BroadcastService.BroadcastServiceClient(gateway.Grpc);

        var poll = await Assert.ThrowsAsync<RpcException>(async () => await client.PollAsync(new PollRequest()));
        using var call = client.Subscribe(new SubscribeRequest { After = "workloads:1-0" });
        var subscribe = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).Within());
        using var rest = await gateway.Http.GetAsync("/beckn/broadcast/poll");

        Assert.Equal((StatusCode.Unavailable, "EVENTS_UNAVAILABLE"), (poll.StatusCode, poll.Reason()));
        Assert.Equal((StatusCode.Unavailable, "EVENTS_UNAVAILABLE"), (subscribe.StatusCode, subscribe.Reason()));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, rest.StatusCode);
    }

    [Fact]
    public async Task SlowReaderIsDroppedAndCanResume()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:QueueLength=4");
        var client = new BroadcastService.BroadcastServiceClient(gateway.Grpc);
        using var call = client.Subscribe(new SubscribeRequest());
        var seen = new List<int>();
        var position = (await call.ResponseHeadersAsync.Within()).GetValue("pylon-position")!;

        // More than the buffers of a connection hold, so that the queue of the idle reader fills up.
        var big = new string('x', 100_000);
        for (var i = 1; i <= 400; i++)
        {
            var each = FakeEventStream.Numbered(i);
            each.WorkloadQueued.WorkloadName = big;
            gateway.Events.Publish(each);
        }

        var dropped = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None).Within())
            {
                seen.Add(int.Parse(call.ResponseStream.Current.Event.Id));
                position = call.ResponseStream.Current.Position;
            }
        });
        Assert.Equal(StatusCode.ResourceExhausted, dropped.StatusCode);
        Assert.Equal(Enumerable.Range(1, seen.Count), seen);

        using var again = client.Subscribe(new SubscribeRequest { After = position });
        Assert.True(await again.ResponseStream.MoveNext(CancellationToken.None).Within());
        Assert.Equal($"{seen.Count + 1}", again.ResponseStream.Current.Event.Id);
    }

    [Fact]
    public async Task SlowBrowserIsEndedAndCanResume()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:QueueLength=4", "--Broadcast:DropGrace=00:00:00.100");
        using var idle = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast");
        using var other = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?topics=batches");

        // More than the buffers of a connection hold. The reader is idle until it is dropped.
        var big = new string('x', 100_000);
        for (var i = 1; i <= 400; i++)
        {
            var each = FakeEventStream.Numbered(i);
            each.WorkloadQueued.WorkloadName = big;
            gateway.Events.Publish(each);
        }

        await HubReadsToAsync(gateway, 400);
        // Counted by whole events: the connection may be cut behind an id.
        var seen = 0;
        try
        {
            while (await idle.NextAsync() is { Type: not "error" } next)
                Assert.Equal($"{++seen}", next.Data.GetProperty("id").GetString());
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            // It did not even read the last error in time.
        }

        Assert.InRange(seen, 0, 399);
        gateway.Events.Publish(FakeEventStream.Numbered(401), "batches");
        Assert.Equal([401], await other.NumbersAsync(1));
        using var again = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast", lastId: $"workloads:{seen}-0");
        Assert.Equal([seen + 1], await again.NumbersAsync(1));
    }

    [Fact]
    public async Task SubscriberOverHttp2GetsTheSameEvents()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(gateway.GrpcAddress), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var one = await ServerEvents.OpenAsync(http, "/beckn/broadcast");
        using var two = await ServerEvents.OpenAsync(http, "/beckn/broadcast");

        gateway.Events.Publish(1, 100);

        Assert.Equal(Enumerable.Range(1, 100), await one.NumbersAsync(100));
        Assert.Equal(Enumerable.Range(1, 100), await two.NumbersAsync(100));
    }

    [Fact]
    public async Task SubscriberThatLeavesDuringItsReplayIsNoError()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:MaxSubscribers=1", "--Broadcast:Heartbeat=00:00:00.020");
        gateway.Events.Publish(1, 3);
        var reads = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        gateway.Events.OnRead = () => reads.Task;
        using (var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast?after=workloads:1-0"))
            await stream.SkipToAsync(": heartbeat");
        reads.SetResult();

        await Eventually.True(async () =>
        {
            using var answer = await gateway.Http.GetAsync("/beckn/broadcast", HttpCompletionOption.ResponseHeadersRead);
            return answer.IsSuccessStatusCode;
        });
        Assert.DoesNotContain(gateway.Log.Lines, line => line.Contains("NotSupported", StringComparison.Ordinal));
    }

    [Fact]
    public async Task IdleStreamHasHeartbeats()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:Heartbeat=00:00:00.020");
        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast");

        await stream.SkipToAsync(": heartbeat");
    }

    [Fact]
    public async Task HeartbeatsDoNotHideAnEventThatIsMissing()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:Heartbeat=00:00:00.020");
        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast");

        var missing = await Assert.ThrowsAsync<TimeoutException>(() => stream.NextAsync(TimeSpan.FromMilliseconds(300)));

        Assert.StartsWith("Not within 0.3 s: an event after '", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SubscriberThatLeavesMakesRoomForAnother()
    {
        await using var gateway = await TestGateway.StartAsync("--Broadcast:MaxSubscribers=1");
        using (await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast"))
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await gateway.Http.GetAsync("/beckn/broadcast")).StatusCode);

        await Eventually.True(async () =>
        {
            using var answer = await gateway.Http.GetAsync("/beckn/broadcast", HttpCompletionOption.ResponseHeadersRead);
            return answer.IsSuccessStatusCode;
        });
    }

    [Fact]
    public async Task InstanceThatStopsEndsItsStreamsAndSaysWhenToComeBack()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast");
        using var lines = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast", accept: "application/x-ndjson");
        using var call = new BroadcastService.BroadcastServiceClient(gateway.Grpc).Subscribe(new SubscribeRequest());
        await call.ResponseHeadersAsync;
        gateway.Events.Publish(1, 1);
        Assert.Equal([1], await stream.NumbersAsync(1));
        Assert.NotNull(await lines.LineAsync());
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Within());

        await gateway.StopAsync().Within();

        Assert.Null(await stream.NextAsync());
        Assert.InRange(int.Parse(stream.Retry!), 2000, 2000 + (3 * 1000 / 200));
        Assert.Null(await lines.LineAsync());
        var end = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None).Within());
        Assert.Equal(StatusCode.Unavailable, end.StatusCode);
    }

    [Fact]
    public async Task NdjsonIsWrittenOnRequest()
    {
        await using var gateway = await TestGateway.StartAsync();
        using var stream = await ServerEvents.OpenAsync(gateway.Http, "/beckn/broadcast", accept: "application/x-ndjson");
        gateway.Events.Publish(1, 1);

        var message = JsonDocument.Parse((await stream.LineAsync())!).RootElement;

        Assert.Equal("batches:0-0,decisions:0-0,grid:0-0,insights:0-0,workloads:1-0", message.GetProperty("position").GetString());
        Assert.Equal("1", message.GetProperty("event").GetProperty("id").GetString());
    }

    private static Task HubReadsToAsync(TestGateway gateway, int number) => Eventually.True(
        () => gateway.Get<BroadcastHub>().Position.ToString() == $"batches:0-0,decisions:0-0,grid:0-0,insights:0-0,workloads:{number}-0");

    private static IEnumerable<string?> Ids(JsonElement poll) =>
        poll.GetProperty("events").EnumerateArray().Select(each => each.GetProperty("event").GetProperty("id").GetString());
}
