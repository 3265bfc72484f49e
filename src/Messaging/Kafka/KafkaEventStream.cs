using System.Runtime.CompilerServices;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Pylon.Events.V1;

namespace Pylon.Messaging.Kafka;

/// <summary>
/// A topic at the brokers for each topic; see <see cref="KafkaTopic"/> and <see cref="KafkaRecord"/>. Events of one subject are in one
/// partition, so they keep their order; those of different subjects come in about that of their times.
/// </summary>
internal sealed class KafkaEventStream(KafkaCluster cluster, KafkaReader reader, KafkaWriter writer, TimeProvider time, ILogger<KafkaEventStream> logger) : IEventStream
{
    private const int MaxPerRead = 500;
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LookForPartitions = TimeSpan.FromSeconds(30);

    public string Start => KafkaPosition.StartText;

    public async Task PublishAsync(string topic, IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        var records = events.Select(KafkaRecord.Of).ToList();
        var tooLarge = Enumerable.Range(0, events.Count).Where(n => records[n].Size > cluster.Options.MaxEventBytes).ToList();
        await writer.PublishAsync(KafkaTopic.Of(topic), [.. records.Where(record => record.Size <= cluster.Options.MaxEventBytes)], cancellationToken);
        if (tooLarge.Count == 0)
            return;
        await PublishDeadLettersAsync(topic, [.. tooLarge.Select(n => TooLarge(events[n], records[n].Size))], cancellationToken);
        foreach (var n in tooLarge)
            logger.TooLarge(topic, events[n].Id, records[n].Size);
    }

    public Task PublishEnvelopesAsync(string topic, IReadOnlyList<Envelope> envelopes, CancellationToken cancellationToken) =>
        writer.PublishAsync(KafkaTopic.Of(topic), [.. envelopes.Select(KafkaRecord.Of)], cancellationToken);

    public Task PublishDeadLettersAsync(string topic, IReadOnlyList<DeadLetter> letters, CancellationToken cancellationToken) =>
        writer.PublishAsync(KafkaTopic.Of(Topic.DeadLetters(topic)), [.. letters.Select(Small).Select(KafkaRecord.Of)], cancellationToken);

    public async Task<IReadOnlyList<StreamedEvent>> ReadAsync(IReadOnlyDictionary<string, string> positions, int maxPerTopic, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(positions);
        var topics = positions.ToDictionary(at => KafkaTopic.Of(at.Key), at => (at.Key, At: KafkaPosition.Parse(at.Value)), StringComparer.Ordinal);
        var kept = await cluster.KeptAsync(await cluster.AllPartitionsAsync(topics.Keys, cancellationToken), cancellationToken);
        var ranges = kept.Select(each => Range(each.Key, each.Value, topics[each.Key.Topic].At[each.Key.Partition.Value])).Where(range => range.From < range.To).ToList();
        var read = await reader.ReadAsync(ranges, cancellationToken);
        return [.. read.GroupBy(each => each.Topic).SelectMany(topic => ByTime(topic).Take(maxPerTopic).Select(each => KafkaRecord.Streamed(topics[topic.Key].Key, each)))];

        KafkaRange Range(TopicPartition partition, (long Low, long High) kept, long at)
        {
            var from = Math.Max(at, kept.Low);
            return new KafkaRange(partition, from, Math.Min(kept.High, from + maxPerTopic));
        }
    }

    public async IAsyncEnumerable<StreamedEvent> FollowAsync(IReadOnlyDictionary<string, string> from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(from);
        var at = from.ToDictionary(each => each.Key, each => KafkaPosition.Parse(each.Value), StringComparer.Ordinal);
        var names = from.Keys.ToDictionary(KafkaTopic.Of, topic => topic, StringComparer.Ordinal);
        var pause = TimeSpan.Zero;
        IConsumer<byte[], byte[]>? consumer = null;
        var (assigned, looked) = (0, time.GetTimestamp());
        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                IReadOnlyList<StreamedEvent> batch = [];
                try
                {
                    if (time.GetElapsedTime(looked) > LookForPartitions)
                    {
                        looked = time.GetTimestamp();
                        if ((await cluster.AllPartitionsAsync(names.Keys, cancellationToken)).Count != assigned)
                            (_, consumer) = (CloseAsync(consumer), null);
                    }

                    if (consumer is null)
                    {
                        var begin = await LocateAsync(at, [], cancellationToken);
                        batch = [.. begin.Where(each => each.Value.IsGap && !at[each.Key].IsStart)
                            .Select(each => new StreamedEvent(each.Key, each.Value.Next.ToString(), new Event(), IsGap: true))];
                        var partitions = await cluster.AllPartitionsAsync(names.Keys, cancellationToken);
                        (consumer, assigned) = (reader.Open(), partitions.Count);
                        consumer.Assign(partitions.Select(each => new TopicPartitionOffset(each, begin[names[each.Topic]].Next[each.Partition.Value])));
                    }
                    else
                    {
                        var open = consumer;
                        batch = await Task.Run(() => Poll(open, names), cancellationToken);
                    }

                    if (pause > TimeSpan.Zero)
                        logger.FollowingAgain();
                    pause = TimeSpan.Zero;
                }
                catch (Exception e) when (StreamFailure.Is(e))
                {
                    if (pause == TimeSpan.Zero)
                        logger.FollowingInterrupted(e);
                    pause = GrowingPause.After(pause);
                    (_, consumer) = (CloseAsync(consumer), null);
                }

                foreach (var streamed in batch)
                {
                    var position = KafkaPosition.Parse(streamed.Position);
                    at[streamed.Topic] = streamed.IsGap ? position : at[streamed.Topic].Furthest(position);
                    yield return streamed;
                }

                if (pause > TimeSpan.Zero)
                    await Task.Delay(pause, time, cancellationToken);
            }
        }
        finally
        {
            await CloseAsync(consumer);
        }
    }

    public async Task<IReadOnlyDictionary<string, string>> TailAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        var ends = await cluster.EndsAsync(await cluster.AllPartitionsAsync(topics.Select(KafkaTopic.Of), cancellationToken), cancellationToken);
        return topics.Distinct(StringComparer.Ordinal).ToDictionary(topic => topic, topic => Position(ends.Where(end => end.Key.Topic == KafkaTopic.Of(topic))), StringComparer.Ordinal);

        static string Position(IEnumerable<KeyValuePair<TopicPartition, long>> ends) =>
            KafkaPosition.Of(ends.Select(end => KeyValuePair.Create((long)end.Key.Partition.Value, end.Value))).ToString();
    }

    public async Task<IReadOnlyDictionary<string, string>> GapsAsync(
        IReadOnlyDictionary<string, string> positions, IReadOnlyCollection<StreamedEvent> read, CancellationToken cancellationToken)
    {
        var at = positions.ToDictionary(each => each.Key, each => KafkaPosition.Parse(each.Value), StringComparer.Ordinal);
        var located = await LocateAsync(at, read, cancellationToken);
        return located.Where(each => each.Value.IsGap).ToDictionary(each => each.Key, each => each.Value.Next.ToString(), StringComparer.Ordinal);
    }

    public bool IsPosition(string text) => KafkaPosition.TryParse(text, out _);

    public bool HasRead(string position, string at) => KafkaPosition.Parse(position).HasRead(KafkaPosition.Parse(at));

    public string After(string position, string at) => Furthest(position, at);

    public string Furthest(string one, string other) => KafkaPosition.Parse(one).Furthest(KafkaPosition.Parse(other)).ToString();

    public bool IsEarlier(StreamedEvent one, StreamedEvent other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        // What has no time keeps no other waiting.
        return (one.Event.Time, other.Event.Time) switch
        {
            (null, _) => true,
            (_, null) => false,
            var (mine, its) => mine.CompareTo(its) < 0,
        };
    }

    // Where each reader can go on, and whether it misses something: records that were removed, or a topic that is not the one that it read.
    private async Task<Dictionary<string, (KafkaPosition Next, bool IsGap)>> LocateAsync(
        IReadOnlyDictionary<string, KafkaPosition> positions, IReadOnlyCollection<StreamedEvent> read, CancellationToken cancellationToken)
    {
        var kept = await cluster.KeptAsync(await cluster.AllPartitionsAsync(positions.Keys.Select(KafkaTopic.Of), cancellationToken), cancellationToken);
        var located = new Dictionary<string, (KafkaPosition, bool)>(StringComparer.Ordinal);
        foreach (var (topic, at) in positions)
        {
            var partitions = kept.Where(each => each.Key.Topic == KafkaTopic.Of(topic)).ToDictionary(each => each.Key.Partition.Value, each => each.Value);
            var isGap = at.IsBeyond(partitions.Count);
            var next = new Dictionary<long, long>();
            foreach (var (partition, (low, high)) in partitions)
            {
                var isLost = at[partition] > high || (at[partition] < low && !IsRead(topic, KafkaPosition.Of(partition, at[partition] + 1)));
                isGap |= isLost;
                next[partition] = isLost ? low : at[partition];
            }

            located[topic] = (KafkaPosition.Of(next), isGap);
        }

        return located;

        bool IsRead(string topic, string position) => read.Any(each => each.Topic == topic && each.Position == position);
    }

    private static List<StreamedEvent> Poll(IConsumer<byte[], byte[]> consumer, Dictionary<string, string> names)
    {
        var batch = new List<StreamedEvent>();
        for (var next = consumer.Consume(Wait); next is not null; next = consumer.Consume(TimeSpan.Zero))
        {
            if (!next.IsPartitionEOF)
                batch.Add(KafkaRecord.Streamed(names[next.Topic], next));
            if (batch.Count == MaxPerRead)
                break;
        }

        return batch;
    }

    // The records of a partition stay in their order, whatever their times are.
    private static IEnumerable<ConsumeResult<byte[], byte[]>> ByTime(IEnumerable<ConsumeResult<byte[], byte[]>> read)
    {
        var partitions = read.GroupBy(each => each.Partition.Value).Select(partition => new Queue<ConsumeResult<byte[], byte[]>>(partition)).ToList();
        while (partitions.Count > 0)
        {
            var first = partitions.MinBy(partition => partition.Peek().Message.Timestamp.UnixTimestampMs)!;
            yield return first.Dequeue();
            if (first.Count == 0)
                partitions.Remove(first);
        }
    }

    private static DeadLetter TooLarge(Event made, long bytes) => new(
        new Event
        {
            Id = made.Id,
            Source = made.Source,
            Type = made.Type,
            Subject = made.Subject,
            Time = made.Time,
            Traceparent = made.Traceparent,
            OperatorId = made.OperatorId,
        },
        $"The event has {bytes} bytes, more than Kafka__MaxEventBytes.",
        Array.Empty<byte>());

    // What does not fit is left out, and told.
    private DeadLetter Small(DeadLetter letter)
    {
        var most = cluster.Options.MaxEventBytes - letter.Event.CalculateSize() - letter.Reason.Length;
        if (letter.Original.Length + letter.Envelope.Length <= most)
            return letter;
        var reason = $"{letter.Reason} (The original, {letter.Original.Length} bytes, is too large to be kept here.)";
        return letter with { Reason = reason, Original = Array.Empty<byte>(), Envelope = letter.Envelope.Length <= most ? letter.Envelope : Array.Empty<byte>() };
    }

    // It waits for its threads.
    private static Task CloseAsync(IConsumer<byte[], byte[]>? consumer) => Task.Run(() => consumer?.Dispose());
}
