using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pylon.Messaging.Kafka;
using Pylon.Testing;

namespace Pylon.Messaging.Tests;

/// <summary>Consumers of a group, on brokers in this process.</summary>
public sealed class KafkaMemberTests : IClassFixture<TestKafka>, IDisposable
{
    private const int MostHeld = 5_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly string _servers;
    private readonly string _topic = $"members-{Guid.NewGuid():N}";
    private readonly KafkaCluster _cluster;

    /// <summary>Takes the brokers.</summary>
    public KafkaMemberTests(TestKafka kafka)
    {
        _servers = kafka.BootstrapServers;
        _cluster = new KafkaCluster(
            Options.Create(new KafkaOptions { BootstrapServers = _servers, CreateTopics = false }),
            Options.Create(new EventStreamOptions { CallBound = TimeSpan.FromSeconds(30) }), TimeProvider.System, NullLogger<KafkaCluster>.Instance);
    }

    /// <inheritdoc/>
    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task AConsumerThatIsFullFetchesNothingOfPartitionsThatItIsGiven()
    {
        await _cluster.PartitionsAsync(KafkaTopic.Of(_topic), CancellationToken.None);
        using var full = Member();
        var leaving = Member();
        await Eventually.True(() => (full.Partitions(), leaving.Partitions()) == (2, 2), Patience);
        Produce(MostHeld);
        await Eventually.True(() => Held().Count >= MostHeld, Patience);

        leaving.Dispose();
        await Eventually.True(() => full.Partitions() == 4, Patience);
        // Another one gets partitions only after many turns of the first.
        var most = 0;
        using (var other = Member())
        {
            await Eventually.True(
                () =>
                {
                    most = Math.Max(most, Held().Count);
                    return other.Partitions() > 0;
                },
                Patience);
        }

        Assert.InRange(most, MostHeld, MostHeld + 100);

        // All partitions flow when there is room.
        await Eventually.True(() => full.Partitions() == 4, Patience);
        var seen = new HashSet<int>();
        await Eventually.True(
            () =>
            {
                var held = Held();
                full.Acknowledge(held);
                seen.UnionWith(held.Select(place => place.Partition));
                return seen.Count == 4;
            },
            Patience);

        List<(int Partition, long Offset)> Held()
        {
            full.Read(int.MaxValue);
            return [.. full.GiveAgain(TimeSpan.Zero, null, int.MaxValue).Select(again => (again.Record.Partition.Value, again.Record.Offset.Value))];
        }
    }

    [Fact]
    public async Task WhatIsDoneWhenTheCallerStopsDoesNotComeAgain()
    {
        Produce(1);
        await using var groups = new KafkaEventGroup(_cluster, TimeProvider.System, NullLogger<KafkaEventGroup>.Instance);
        var read = await Eventually.Is(() => groups.ReadAsync(_topic, "g", "one", 100, CancellationToken.None), read => read.Count > 0, Patience);

        await Record.ExceptionAsync(() => groups.AcknowledgeAsync(_topic, "g", [.. read.Select(each => each.Position)], new CancellationToken(canceled: true)));

        await Eventually.True(async () => !(await groups.ClaimAsync(_topic, "g", "one", TimeSpan.Zero, null, 100, CancellationToken.None)).Entries.Any(each => read.Any(done => done.Position == each.Position)));
    }

    private KafkaMember Member() => new(_cluster, KafkaTopic.Of(_topic), "g", () => { }, _ => { }, TimeProvider.System, NullLogger.Instance);

    // So many in each of the four partitions.
    private void Produce(int count)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(new ProducerConfig { BootstrapServers = _servers }).Build();
        for (var n = 0; n < 4 * count; n++)
            producer.Produce(new TopicPartition(KafkaTopic.Of(_topic), n % 4), new Message<byte[], byte[]> { Key = [], Value = [1] });
        Assert.Equal(0, producer.Flush(TimeSpan.FromSeconds(60)));
    }
}
