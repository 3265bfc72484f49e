using System.Security.Cryptography;
using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pylon.Events.V1;
using Pylon.Messaging.Kafka;
using Pylon.Testing;
using StackExchange.Redis;

namespace Pylon.Messaging.Tests;

/// <summary>On brokers in this process; what they cannot show is in docs/operations.md.</summary>
public sealed class KafkaContractTests(TestKafka kafka) : EventStreamContract, IClassFixture<TestKafka>
{
    private readonly CancellationTokenSource _stop = new(TimeSpan.FromMinutes(5));
    private TestRedis _redis = null!;

    public override async Task InitializeAsync()
    {
        _redis = await TestRedis.CreateAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task ARecordHasTheAttributesOfCloudEventsAndAnotherWritersIsPassedAndTold()
    {
        await using var client = await ConnectAsync();
        var topic = $"plain-{Guid.NewGuid():N}";
        var sent = Streams.Event(7);
        await client.Stream.PublishAsync(topic, [sent], _stop.Token);
        using (var other = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build())
            await other.ProduceAsync($"pylon.events.{topic}", new Message<string, string> { Key = "k", Value = "{}" }, _stop.Token);

        using var consumer = new ConsumerBuilder<string, byte[]>(new ConsumerConfig { BootstrapServers = kafka.BootstrapServers, GroupId = "plain", AutoOffsetReset = AutoOffsetReset.Earliest }).Build();
        consumer.Assign(Enumerable.Range(0, 4).Select(partition => new TopicPartitionOffset($"pylon.events.{topic}", partition, Offset.Beginning)));
        var records = new[] { consumer.Consume(_stop.Token), consumer.Consume(_stop.Token) };
        var own = Assert.Single(records, each => each.Message.Key == "7");
        string Header(string name) => System.Text.Encoding.UTF8.GetString(own.Message.Headers.GetLastBytes(name));
        Assert.Equal(
            ("1.0", sent.Id, "pylon/test", "pylon.workload.queued.v1", "7", "application/protobuf"),
            (Header("ce_specversion"), Header("ce_id"), Header("ce_source"), Header("ce_type"), Header("ce_subject"), Header("content-type")));
        Assert.Equal(sent, Event.Parser.ParseFrom(own.Message.Value));

        var read = await client.Stream.ReadAsync(new Dictionary<string, string> { [topic] = client.Stream.Start }, 10, _stop.Token);
        Assert.Equal(2, read.Count);
        Assert.Contains("not an event", Assert.Single(read, each => each.Event.Subject != "7").DeadLetter?.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AReaderWhoseEventsAreNoLongerKeptIsToldOfTheGap()
    {
        await using var client = await ConnectAsync();
        var topic = $"trimmed-{Guid.NewGuid():N}";
        var stream = client.Stream;
        await stream.PublishAsync(topic, [Large()], _stop.Token);
        var first = Assert.Single(await stream.ReadAsync(new Dictionary<string, string> { [topic] = stream.Start }, 10, _stop.Token));
        await using var followed = stream.FollowAsync(new Dictionary<string, string> { [topic] = stream.Start }, _stop.Token).GetAsyncEnumerator();
        Assert.True(await followed.MoveNextAsync());
        Assert.Equal(first.Event, followed.Current.Event);

        // More than a partition keeps.
        for (var n = 0; n < 60; n++)
            await stream.PublishAsync(topic, [Large()], _stop.Token);

        var at = new Dictionary<string, string> { [topic] = first.Position };
        var gap = Assert.Single(await stream.GapsAsync(at, [], _stop.Token));
        var kept = await stream.ReadAsync(new Dictionary<string, string> { [topic] = gap.Value }, 100, _stop.Token);
        Assert.InRange(kept.Count, 1, 59);
        Assert.Empty(await stream.GapsAsync(new Dictionary<string, string> { [topic] = kept[0].Position }, [], _stop.Token));
        await using var late = stream.FollowAsync(at, _stop.Token).GetAsyncEnumerator();
        Assert.True(await late.MoveNextAsync());
        Assert.True(late.Current.IsGap);
        Assert.True(await late.MoveNextAsync());
        Assert.Equal(kept[0].Event, late.Current.Event);
    }

    [Fact]
    public async Task APositionOfRedisIsAGap()
    {
        await using var client = await ConnectAsync();
        var topic = $"changed-{Guid.NewGuid():N}";
        await client.Stream.PublishAsync(topic, Streams.Events(0, 3), _stop.Token);
        Assert.True(client.Stream.IsPosition("1764187451234-0"));
        var gap = Assert.Single(await client.Stream.GapsAsync(new Dictionary<string, string> { [topic] = "1764187451234-0" }, [], _stop.Token));
        Assert.Equal(3, (await client.Stream.ReadAsync(new Dictionary<string, string> { [topic] = gap.Value }, 10, _stop.Token)).Count);
    }

    [Fact]
    public async Task AnEventThatIsTooLargeBecomesADeadLetterAndStopsNoOther()
    {
        await using var client = await ConnectAsync();
        var topic = $"large-{Guid.NewGuid():N}";
        var (large, small) = (Streams.Event(1), Streams.Event(2));
        large.WorkloadQueued.WorkloadName = new string('x', 1_000_000);
        await client.Stream.PublishAsync(topic, [large, small], _stop.Token);
        Assert.Equal(small, Assert.Single(await client.Stream.ReadAsync(new Dictionary<string, string> { [topic] = client.Stream.Start }, 10, _stop.Token)).Event);
        var letter = Assert.Single(await client.Stream.ReadAsync(new Dictionary<string, string> { [Topic.DeadLetters(topic)] = client.Stream.Start }, 10, _stop.Token));
        Assert.Equal(large.Id, letter.Event.Id);
        Assert.Contains("Kafka__MaxEventBytes", letter.DeadLetter?.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutBrokersACallFailsWithinItsBound()
    {
        await using var client = await ConnectAsync("127.0.0.1:1", TimeSpan.FromSeconds(1));
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => client.Stream.PublishAsync("workloads", Streams.Events(0, 1), _stop.Token).WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.True(StreamFailure.Is(failure), failure.ToString());
    }

    [Theory]
    [InlineData("workloads", "pylon.events.workloads")]
    [InlineData("workloads.DLQ", "pylon.events.workloads.DLQ")]
    [InlineData("batch.phase.skipped", "batch.phase.skipped")]
    [InlineData("huleedu.batch.nlp.phase.completed.v1.DLQ", "huleedu.batch.nlp.phase.completed.v1.DLQ")]
    public void TopicsOfOtherSystemsKeepTheirNames(string topic, string name) => Assert.Equal(name, KafkaTopic.Of(topic));

    [Theory]
    [InlineData("0-0", "0-0")]
    [InlineData("1-5.0-3", "0-3.1-5")]
    [InlineData("0-3.2-0", "0-3")]
    [InlineData("", null)]
    [InlineData("0", null)]
    [InlineData("0-1.0-2", null)]
    [InlineData("0--1", null)]
    [InlineData("a-1", null)]
    public void APositionHasOneSpelling(string text, string? spelling)
    {
        Assert.Equal(spelling is not null, KafkaPosition.TryParse(text, out var position));
        if (spelling is not null)
            Assert.Equal(spelling, position.ToString());
    }

    private protected override Task<StreamClient> ConnectAsync() => ConnectAsync(kafka.BootstrapServers, TimeSpan.FromSeconds(30));

    private async Task<StreamClient> ConnectAsync(string servers, TimeSpan bound)
    {
        var redis = await ConnectionMultiplexer.ConnectAsync(RedisConnection.Options(_redis.ConnectionString));
        var stream = Options.Create(new EventStreamOptions { CallBound = bound });
        // The mock cluster cannot be asked to make a topic.
        var cluster = new KafkaCluster(Options.Create(new KafkaOptions { BootstrapServers = servers, CreateTopics = false }), stream, TimeProvider.System, NullLogger<KafkaCluster>.Instance);
        var reader = new KafkaReader(cluster, TimeProvider.System);
        var writer = new KafkaWriter(cluster, reader, new PublishTurn(redis, cluster, TimeProvider.System));
        var groups = new KafkaEventGroup(cluster, TimeProvider.System, NullLogger<KafkaEventGroup>.Instance);
        return new StreamClient(new KafkaEventStream(cluster, reader, writer, TimeProvider.System, NullLogger<KafkaEventStream>.Instance), groups, EndAsync);

        async ValueTask EndAsync()
        {
            await groups.DisposeAsync();
            writer.Dispose();
            reader.Dispose();
            cluster.Dispose();
            await redis.DisposeAsync();
        }
    }

    private static Event Large()
    {
        var made = Streams.Event(1);
        made.WorkloadQueued.WorkloadName = Convert.ToBase64String(RandomNumberGenerator.GetBytes(90_000));
        return made;
    }
}
