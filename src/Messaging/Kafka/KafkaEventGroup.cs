using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;

namespace Pylon.Messaging.Kafka;

/// <summary>
/// Consumer groups of the brokers: each consumer has partitions of its own. An entry that a consumer does not acknowledge comes to it
/// again, and to another one only when its process is gone.
/// </summary>
internal sealed class KafkaEventGroup(KafkaCluster cluster, TimeProvider time, ILogger<KafkaEventGroup> logger) : IEventGroup, IAsyncDisposable
{
    private readonly ConcurrentDictionary<(string Topic, string Group, string Consumer), Lazy<KafkaMember>> _members = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _next = new(StringComparer.Ordinal);

    public async Task<IReadOnlyList<GroupEntry>> ReadAsync(string topic, string group, string consumer, int max, CancellationToken cancellationToken)
    {
        var member = await MemberAsync(topic, group, consumer, cancellationToken);
        return [.. member.Read(max).Select(read => Entry(topic, read))];
    }

    public async Task<ClaimedEntries> ClaimAsync(
        string topic, string group, string consumer, TimeSpan heldFor, string? from, int max, CancellationToken cancellationToken)
    {
        var member = await MemberAsync(topic, group, consumer, cancellationToken);
        List<GroupEntry> again = [.. member.GiveAgain(heldFor, from is null ? null : Place(from), max).Select(read => Entry(topic, read))];
        return new ClaimedEntries(again, again.Count < max ? null : again[^1].Position);
    }

    public async Task AcknowledgeAsync(string topic, string group, IReadOnlyCollection<string> positions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(positions);
        if (positions.Count == 0)
            return;
        var done = positions.Select(Place).ToList();
        // The library waits on the calling thread. What is done is done, also when the caller stops now: else it would come again.
        await Task.WhenAll(Members(topic, group).Select(member => Task.Run(() => member.Acknowledge(done), CancellationToken.None))).WaitAsync(cluster.Bound, time, cancellationToken);
    }

    public Task PublishedAsync(string topic) => _next.GetOrAdd(topic, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    // Whoever writes, the brokers give it to the consumers at once.
    public IDisposable Watch(string topic) => NoWatch.Instance;

    public async Task TidyAsync(string topic, string group, CancellationToken cancellationToken)
    {
        var partitions = await cluster.AllPartitionsAsync([KafkaTopic.Of(topic)], cancellationToken);
        var kept = await cluster.KeptAsync(partitions, cancellationToken);
        var committed = await cluster.Admin.ListConsumerGroupOffsetsAsync(
            [new ConsumerGroupTopicPartitions(group, [.. partitions])], new ListConsumerGroupOffsetsOptions { RequestTimeout = cluster.Bound }).WaitAsync(cancellationToken);
        // Without a commit the group begins with the oldest record.
        var lag = committed[0].Partitions.Sum(each => Math.Max(0, kept[each.TopicPartition].High - Math.Max(each.Offset.Value, kept[each.TopicPartition].Low)));
        GroupMetrics.Measured(topic, group, lag, Members(topic, group).Sum(member => member.Pending()));
    }

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(_members.Values.Where(member => member.IsValueCreated).Select(member => Task.Run(member.Value.Dispose)));

    // It subscribes to a topic that is there: the library does not see one that comes later in every version.
    private async Task<KafkaMember> MemberAsync(string topic, string group, string consumer, CancellationToken cancellationToken)
    {
        if (!_members.TryGetValue((topic, group, consumer), out var member))
        {
            await cluster.PartitionsAsync(KafkaTopic.Of(topic), cancellationToken);
            member = _members.GetOrAdd((topic, group, consumer), _ => new(() => Begin(topic, group)));
        }

        return member.Value;
    }

    private KafkaMember Begin(string topic, string group) => new(
        cluster,
        KafkaTopic.Of(topic),
        group,
        () => Raise(topic),
        lost =>
        {
            GroupMetrics.Missed(topic, group, lost);
            logger.EntriesLost(topic, group, lost);
        },
        time,
        logger);

    private IEnumerable<KafkaMember> Members(string topic, string group) =>
        _members.Where(each => each.Key.Topic == topic && each.Key.Group == group && each.Value.IsValueCreated).Select(each => each.Value.Value);

    private void Raise(string topic)
    {
        if (_next.TryRemove(topic, out var next))
            next.SetResult();
    }

    private static GroupEntry Entry(string topic, (ConsumeResult<byte[], byte[]> Record, int Deliveries) read)
    {
        var (format, body) = KafkaRecord.Entry(read.Record);
        return new GroupEntry(topic, KafkaPosition.Of(read.Record.Partition.Value, read.Record.Offset.Value + 1), format, body, read.Deliveries);
    }

    private static (int Partition, long Offset) Place(string position) => position.Split('-') is [var partition, var next]
        ? (int.Parse(partition, System.Globalization.CultureInfo.InvariantCulture), long.Parse(next, System.Globalization.CultureInfo.InvariantCulture) - 1)
        : throw new FormatException($"'{position}' is not a position of an event.");

    private sealed class NoWatch : IDisposable
    {
        public static readonly NoWatch Instance = new();

        public void Dispose()
        {
            // Nothing is watched.
        }
    }
}
